// Sign-in, sign-out and command lines.
#include "library/with_core.hpp"

using pindus::library::bad_argument;
using pindus::library::CoreContext;
using pindus::library::CoreFunctions;
using pindus::library::FaultText;
using pindus::library::is_text;
using pindus::library::take_io;
using pindus::library::take_known_part;
using pindus::library::with_core;

namespace {

const char* wrong_with(const pindus_sign_in_request& request) {
  if ((request.flags & ~uint32_t{PINDUS_SIGN_IN_REPLACE}) != 0) return "a flag has no meaning here";
  if (!is_text(request.provider) || !is_text(request.account) || !is_text(request.method) ||
      !is_text(request.api_key)) {
    return "a text has a length and no bytes";
  }
  if (request.provider.size == 0) return "no provider is named";
  if (request.answer_count != 0 && request.answers == nullptr) return "answers is null";
  for (uint64_t i = 0; i < request.answer_count; ++i) {
    if (!is_text(request.answers[i].name) || !is_text(request.answers[i].value)) {
      return "an answer has a length and no bytes";
    }
  }
  return nullptr;
}

const char* wrong_with(const pindus_command& command) {
  if ((command.flags & ~uint32_t{PINDUS_RUN_MAY_BECOME}) != 0) return "a flag has no meaning here";
  if (command.arg_count != 0 && command.args == nullptr) return "args is null";
  for (uint64_t i = 0; i < command.arg_count; ++i) {
    if (!is_text(command.args[i])) return "an argument has a length and no bytes";
  }
  return nullptr;
}

constexpr const char* wrong_io = "pindus_io is of no size that this library knows";

}  // namespace

extern "C" {

int32_t pindus_sign_in(pindus_context handle, const pindus_sign_in_request* request,
                       const pindus_io* io) noexcept {
  pindus_sign_in_request known;
  pindus_io known_io;
  if (!take_known_part(request, PINDUS_SIGN_IN_REQUEST_BASE_SIZE, known)) {
    return bad_argument("pindus_sign_in_request is of no size that this library knows");
  }
  if (const char* wrong = wrong_with(known)) return bad_argument(wrong);
  if (!take_io(io, known_io)) return bad_argument(wrong_io);
  return with_core(handle, [&](const CoreFunctions& core, CoreContext* context, FaultText* fault) {
    return core.sign_in(context, &known, &known_io, fault);
  });
}

int32_t pindus_sign_out(pindus_context handle, pindus_text provider, pindus_text account,
                        const pindus_io* io, pindus_stop stop) noexcept {
  pindus_io known_io;
  if (!is_text(provider) || !is_text(account) || provider.size == 0) {
    return bad_argument("no provider is named");
  }
  if (!take_io(io, known_io)) return bad_argument(wrong_io);
  return with_core(handle, [&](const CoreFunctions& core, CoreContext* context, FaultText* fault) {
    return core.sign_out(context, provider, account, &known_io, stop, fault);
  });
}

int32_t pindus_run_credential_command(pindus_context handle, const pindus_command* command,
                                      const pindus_io* io, pindus_command_result* result) noexcept {
  pindus_command known;
  pindus_io known_io;
  pindus_command_result known_result;
  if (!take_known_part(command, PINDUS_COMMAND_BASE_SIZE, known)) {
    return bad_argument("pindus_command is of no size that this library knows");
  }
  if (const char* wrong = wrong_with(known)) return bad_argument(wrong);
  if (!take_io(io, known_io)) return bad_argument(wrong_io);
  if (!take_known_part(result, PINDUS_COMMAND_RESULT_BASE_SIZE, known_result)) {
    return bad_argument("pindus_command_result is of no size that this library knows");
  }
  return with_core(handle, [&](const CoreFunctions& core, CoreContext* context, FaultText* fault) {
    const int32_t code = core.run_command(context, &known, &known_io, &known_result, fault);
    result->handled = known_result.handled;
    result->exit_code = known_result.exit_code;
    return code;
  });
}

}  // extern "C"
