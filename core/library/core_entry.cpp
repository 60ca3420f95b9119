// The core as a module of libpindus.so.1: see core_functions.hpp. Nothing is thrown out of it.
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/whose_program.hpp"
#include "core/library/caller_io.hpp"
#include "core/library/core_functions.hpp"
#include "core/library/embedding.hpp"
#include "core/library/fault_text.hpp"
#include "core/library/stop_handles.hpp"
#include "core/vault/credential_rules.hpp"

namespace pindus::library {

struct CoreContext final : Embedding {
  using Embedding::Embedding;
};

namespace {

std::string_view view_of(pindus_text text) {
  return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}

pindus_text text_of(std::string_view text) {
  return {text.data(), text.size()};
}

std::int32_t unsupported(FaultText& to, std::string_view message, std::string_view hint) {
  return failed(to, PINDUS_FAULT_UNSUPPORTED, "Unsupported", message, hint);
}

EmbeddedKeyRequest key_request_of(const pindus_key_request& request) {
  return {.provider = view_of(request.provider),
          .account = view_of(request.account),
          .refused = view_of(request.refused),
          .valid_for = request.valid_for_s > 0
                           ? std::optional(std::chrono::seconds(request.valid_for_s))
                           : std::nullopt,
          .is_forced = (request.flags & PINDUS_KEY_FORCE) != 0};
}

std::int32_t open(const CoreOptions* options, CoreContext** out, FaultText* fault) {
  return guarded(fault, [&]() -> Result<std::int32_t> {
    Embedding::Options made{.profile = view_of(options->profile),
                            .folder = view_of(options->folder),
                            .vault = view_of(options->vault)};
    for (std::uint64_t i = 0; i < options->plugin_path_count; ++i) {
      made.plugin_path.emplace_back(view_of(options->plugin_path[i]));
    }
    *out = new CoreContext(made);
    return PINDUS_FAULT_NONE;
  });
}

void stop_all(CoreContext* context) {
  context->stop_all();
}

void close(CoreContext* context) {
  delete context;
}

std::int32_t stop_new(std::uint64_t* out, FaultText* fault) {
  return guarded(fault, [&]() -> Result<std::int32_t> {
    *out = StopHandles::all().make();
    return PINDUS_FAULT_NONE;
  });
}

std::int32_t bad_stop(FaultText* fault) {
  return failed(*fault, PINDUS_FAULT_INVALID_HANDLE, "Invalid handle",
                "there is no such pindus_stop: it was freed, or is another process's", "");
}

std::int32_t stop_request(std::uint64_t stop, FaultText* fault) {
  return guarded(fault, [&]() -> Result<std::int32_t> {
    const auto source = StopHandles::all().find(stop);
    if (!source) return bad_stop(fault);
    source->request_stop();
    return PINDUS_FAULT_NONE;
  });
}

std::int32_t stop_requested(std::uint64_t stop) {
  FaultText unused;
  return guarded(&unused, [&]() -> Result<std::int32_t> {
    const auto source = StopHandles::all().find(stop);
    return source && source->stop_requested() ? 1 : 0;
  });
}

std::int32_t stop_free(std::uint64_t stop, FaultText* fault) {
  return guarded(fault, [&]() -> Result<std::int32_t> {
    return StopHandles::all().remove(stop) ? PINDUS_FAULT_NONE : bad_stop(fault);
  });
}

// What stops a call; nothing where the handle is none. Zero: nobody does.
std::optional<std::stop_token> stop_of(pindus_stop stop) {
  if (stop.id == 0) return std::stop_token();
  const auto source = StopHandles::all().find(stop.id);
  return source ? std::optional(source->get_token()) : std::nullopt;
}

std::int32_t get_key(CoreContext* context, const pindus_key_request* request,
                     pindus_receive_key receive, void* user, FaultText* fault) {
  return guarded(fault, [&]() -> Result<std::int32_t> {
    const auto stop = stop_of(request->stop);
    if (!stop) return bad_stop(fault);
    const ChosenKey chosen = TRY(context->key(key_request_of(*request), *stop));
    const KeySource& source = chosen.source;
    const std::string file = source.environment.file.string();
    const pindus_key key{.size = sizeof key,
                         .kind = static_cast<std::uint32_t>(chosen.key.kind == AuthKind::oauth
                                                                ? PINDUS_KIND_OAUTH
                                                                : PINDUS_KIND_API_KEY),
                         .key = text_of(chosen.key.key.view()),
                         .account = text_of(source.account ? source.account->name : ""),
                         .variable = text_of(source.environment.variable),
                         .file = text_of(file),
                         .warning = text_of(chosen.key.warning),
                         .json = text_of(chosen.key.json.view()),
                         .expires_ms = chosen.key.expires_ms.value_or(0)};
    receive(user, &key);
    return PINDUS_FAULT_NONE;
  });
}

std::int32_t get_headers(CoreContext* context, const pindus_key_request* request,
                         pindus_receive receive, void* user, FaultText* fault) {
  return guarded(fault, [&]() -> Result<std::int32_t> {
    const auto stop = stop_of(request->stop);
    if (!stop) return bad_stop(fault);
    const SecretText json = TRY(context->headers(key_request_of(*request), *stop));
    receive(user, text_of(json));
    return PINDUS_FAULT_NONE;
  });
}

// Shows what a call gives.
template <typename Call>
std::int32_t shown(pindus_receive receive, void* user, FaultText* fault, const Call& call) {
  return guarded(fault, [&]() -> Result<std::int32_t> {
    const std::string text = TRY(call());
    receive(user, text_of(text));
    return PINDUS_FAULT_NONE;
  });
}

std::int32_t list_accounts(CoreContext* context, pindus_receive receive, void* user,
                           FaultText* fault) {
  return shown(receive, user, fault, [&] { return context->accounts(); });
}

std::int32_t get_status(CoreContext* context, pindus_text provider, pindus_receive receive,
                        void* user, FaultText* fault) {
  return shown(receive, user, fault, [&] {
    std::vector<std::string> args{"auth", "status", "--json"};
    if (provider.size != 0) args.emplace_back(view_of(provider));
    return context->printed_by(args);
  });
}

std::int32_t list_providers(CoreContext* context, pindus_receive receive, void* user,
                            FaultText* fault) {
  return shown(receive, user, fault, [&] {
    return context->printed_by(std::array<std::string, 3>{"plugin", "list", "--json"});
  });
}

std::int32_t no_rules_in_memory(FaultText* fault) {
  return unsupported(*fault, "a vault in memory has no rules for folders",
                     "name the account, or open a profile");
}

std::int32_t find_rule(CoreContext* context, pindus_text provider, pindus_text folder,
                       pindus_receive receive, void* user, FaultText* fault) {
  if (context->is_in_memory()) return no_rules_in_memory(fault);
  return shown(receive, user, fault, [&]() -> Result<std::string> {
    const ProjectRule rule = TRY(context->rule(view_of(provider), view_of(folder)));
    return R"({"account":)" + json_quote(rule.account) + R"(,"folder":)" + json_quote(rule.folder) +
           "}";
  });
}

std::int32_t set_rule(CoreContext* context, pindus_text provider, pindus_text folder,
                      pindus_text account, FaultText* fault) {
  if (context->is_in_memory()) return no_rules_in_memory(fault);
  return guarded(fault, [&]() -> Result<std::int32_t> {
    TRY(context->set_rule(view_of(provider), view_of(folder), view_of(account)));
    return PINDUS_FAULT_NONE;
  });
}

// Runs a command whose result is that it is done.
std::int32_t done(CoreContext* context, const std::vector<std::string>& args, CallerIo& io,
                  pindus_stop stop, FaultText* fault) {
  const auto token = stop_of(stop);
  if (!token) return bad_stop(fault);
  const CredentialResult result = context->run(args, io, *token);
  return result.fault ? failed(*fault, *result.fault) : PINDUS_FAULT_NONE;
}

std::string option(std::string_view name, pindus_text value) {
  return std::string(name).append("=").append(view_of(value));
}

std::int32_t sign_in(CoreContext* context, const pindus_sign_in_request* request,
                     const pindus_io* io, FaultText* fault) {
  return guarded(fault, [&]() -> Result<std::int32_t> {
    std::vector<std::string> args{"signin", option("--provider", request->provider), "--no-qr"};
    if (request->account.size != 0) args.push_back(option("--account", request->account));
    if (request->method.size != 0) {
      args.push_back(option("--method", request->method));
    } else if (request->api_key.size != 0) {
      args.emplace_back("--method=api-key");
    }
    if ((request->flags & PINDUS_SIGN_IN_REPLACE) != 0) args.emplace_back("--replace");
    for (std::uint64_t i = 0; i < request->answer_count; ++i) {
      const pindus_answer& answer = request->answers[i];
      args.push_back("--set=" + option(view_of(answer.name), answer.value));
    }
    CallerIo person(*io, Secret(view_of(request->api_key)));
    return done(context, args, person, request->stop, fault);
  });
}

std::int32_t sign_out(CoreContext* context, pindus_text provider, pindus_text account,
                      const pindus_io* io, pindus_stop stop, FaultText* fault) {
  return guarded(fault, [&]() -> Result<std::int32_t> {
    std::vector<std::string> args{"signout", option("--provider", provider)};
    if (account.size != 0) args.push_back(option("--account", account));
    CallerIo person(*io);
    return done(context, args, person, stop, fault);
  });
}

std::int32_t run_command(CoreContext* context, const pindus_command* command, const pindus_io* io,
                         pindus_command_result* result, FaultText* fault) {
  return guarded(fault, [&]() -> Result<std::int32_t> {
    std::vector<std::string> args;
    for (std::uint64_t i = 0; i < command->arg_count; ++i) {
      args.emplace_back(view_of(command->args[i]));
    }
    const auto stop = stop_of(command->stop);
    if (!stop) return bad_stop(fault);
    CallerIo person(*io);
    CredentialResult ran = context->run(args, person, *stop);
    result->handled = ran.handled ? 1 : 0;
    result->exit_code = ran.exit_code();
    if (ran.fault) return failed(*fault, *ran.fault);
    if (!ran.next) return PINDUS_FAULT_NONE;
    if ((command->flags & PINDUS_RUN_MAY_BECOME) != 0) {
      const CredentialFault otherwise = become(*std::move(ran.next));
      result->exit_code = exit_code_of(otherwise);
      return failed(*fault, otherwise);
    }
    result->exit_code = 1;
    return unsupported(*fault, ran.verb + " takes the place of the process, which isn't its own",
                       "run the command pindus in a process, or pass PINDUS_RUN_MAY_BECOME");
  });
}

std::int32_t change_descriptor(CoreContext* context, int* out, FaultText* fault) {
  return guarded(fault, [&]() -> Result<std::int32_t> {
    *out = TRY(context->change_descriptor());
    return PINDUS_FAULT_NONE;
  });
}

std::int32_t take_change(CoreContext* context, std::int32_t* changed, FaultText* fault) {
  return guarded(fault, [&]() -> Result<std::int32_t> {
    *changed = TRY(context->take_change()) ? 1 : 0;
    return PINDUS_FAULT_NONE;
  });
}

std::int32_t get_vault(CoreContext* context, pindus_receive receive, void* user, FaultText* fault) {
  if (!context->is_in_memory()) {
    return unsupported(*fault, "a profile's vault is its auth.json", "read that file");
  }
  return guarded(fault, [&]() -> Result<std::int32_t> {
    const Secret text(context->vault_text());
    receive(user, text_of(text.view()));
    return PINDUS_FAULT_NONE;
  });
}

std::int32_t validate_key(pindus_text key, FaultText* fault) {
  return guarded(fault, [&]() -> Result<std::int32_t> {
    TRY(validate_api_key(view_of(key)));
    return PINDUS_FAULT_NONE;
  });
}

std::int32_t validate_name(pindus_text name, FaultText* fault) {
  return guarded(fault, [&]() -> Result<std::int32_t> {
    TRY(validate_account_name(view_of(name)));
    return PINDUS_FAULT_NONE;
  });
}

std::int32_t format_fault(const pindus_fault* fault, pindus_receive receive, void* user,
                          FaultText* why) {
  return shown(receive, user, why, [&]() -> Result<std::string> {
    return format_credential_fault({FaultKind::vault, std::string(view_of(fault->label)),
                                    std::string(view_of(fault->message)),
                                    std::string(view_of(fault->hint))});
  });
}

}  // namespace
}  // namespace pindus::library

extern "C" PINDUS_API const pindus::library::CoreFunctions* pindus_core_1();

const pindus::library::CoreFunctions* pindus_core_1() {
  namespace library = pindus::library;
  pindus::set_whose_program(pindus::WhoseProgram::anothers);
  static constexpr library::CoreFunctions functions{
      .version = PINDUS_VERSION,
      .open = &library::open,
      .stop_all = &library::stop_all,
      .close = &library::close,
      .stop_new = &library::stop_new,
      .stop_request = &library::stop_request,
      .stop_requested = &library::stop_requested,
      .stop_free = &library::stop_free,
      .get_key = &library::get_key,
      .get_headers = &library::get_headers,
      .list_accounts = &library::list_accounts,
      .get_status = &library::get_status,
      .list_providers = &library::list_providers,
      .find_rule = &library::find_rule,
      .set_rule = &library::set_rule,
      .sign_in = &library::sign_in,
      .sign_out = &library::sign_out,
      .run_command = &library::run_command,
      .change_descriptor = &library::change_descriptor,
      .take_change = &library::take_change,
      .get_vault = &library::get_vault,
      .validate_api_key = &library::validate_key,
      .validate_account_name = &library::validate_name,
      .format_fault = &library::format_fault};
  return &functions;
}
