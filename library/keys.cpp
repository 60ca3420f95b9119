// Keys, and what is stored.
#include "library/ready_key.hpp"
#include "library/with_core.hpp"

using pindus::library::bad_argument;
using pindus::library::bad_context;
using pindus::library::ContextUse;
using pindus::library::CoreContext;
using pindus::library::CoreFunctions;
using pindus::library::FaultText;
using pindus::library::is_text;
using pindus::library::show_ready_key;
using pindus::library::take_known_part;
using pindus::library::with_core;

namespace {

const char* wrong_with(const pindus_key_request& request) {
  if ((request.flags & ~uint32_t{PINDUS_KEY_FORCE}) != 0) return "a flag has no meaning here";
  if (!is_text(request.provider) || !is_text(request.account) || !is_text(request.refused)) {
    return "a text has a length and no bytes";
  }
  if (request.provider.size == 0) return "no provider is named";
  // Of nine digits, as on the command line.
  constexpr int64_t longest_s = 999'999'999;
  if (request.valid_for_s < 0 || request.valid_for_s > longest_s) {
    return "valid_for_s is no number of seconds from 0 to 999999999";
  }
  return nullptr;
}

const char* take_key_request(const pindus_key_request* given, pindus_key_request& known) {
  if (!take_known_part(given, PINDUS_KEY_REQUEST_BASE_SIZE, known)) {
    return "pindus_key_request is of no size that this library knows";
  }
  return wrong_with(known);
}

}  // namespace

extern "C" {

int32_t pindus_get_key(pindus_context handle, const pindus_key_request* request,
                       pindus_receive_key receive, void* user) noexcept {
  pindus_key_request known;
  if (receive == nullptr) return bad_argument("receive is null");
  if (const char* wrong = take_key_request(request, known)) return bad_argument(wrong);
  {
    const ContextUse use(handle);
    if (use.get() == nullptr) return bad_context();
    const bool may_be_ready =
        use.get()->profile != nullptr && known.flags == 0 && known.refused.size == 0;
    if (may_be_ready && show_ready_key(*use.get(), known, receive, user)) {
      return PINDUS_FAULT_NONE;
    }
  }
  return with_core(handle, [&](const CoreFunctions& core, CoreContext* context, FaultText* fault) {
    return core.get_key(context, &known, receive, user, fault);
  });
}

int32_t pindus_get_headers(pindus_context handle, const pindus_key_request* request,
                           pindus_receive receive, void* user) noexcept {
  pindus_key_request known;
  if (receive == nullptr) return bad_argument("receive is null");
  if (const char* wrong = take_key_request(request, known)) return bad_argument(wrong);
  return with_core(handle, [&](const CoreFunctions& core, CoreContext* context, FaultText* fault) {
    return core.get_headers(context, &known, receive, user, fault);
  });
}

int32_t pindus_list_accounts(pindus_context handle, pindus_receive receive, void* user) noexcept {
  if (receive == nullptr) return bad_argument("receive is null");
  return with_core(handle, [&](const CoreFunctions& core, CoreContext* context, FaultText* fault) {
    return core.list_accounts(context, receive, user, fault);
  });
}

int32_t pindus_get_status(pindus_context handle, pindus_text provider, pindus_receive receive,
                          void* user) noexcept {
  if (receive == nullptr || !is_text(provider)) return bad_argument("receive or provider is null");
  return with_core(handle, [&](const CoreFunctions& core, CoreContext* context, FaultText* fault) {
    return core.get_status(context, provider, receive, user, fault);
  });
}

int32_t pindus_list_providers(pindus_context handle, pindus_receive receive, void* user) noexcept {
  if (receive == nullptr) return bad_argument("receive is null");
  return with_core(handle, [&](const CoreFunctions& core, CoreContext* context, FaultText* fault) {
    return core.list_providers(context, receive, user, fault);
  });
}

int32_t pindus_find_rule(pindus_context handle, pindus_text provider, pindus_text folder,
                         pindus_receive receive, void* user) noexcept {
  if (receive == nullptr || !is_text(provider) || !is_text(folder) || provider.size == 0) {
    return bad_argument("receive, provider or folder is null");
  }
  return with_core(handle, [&](const CoreFunctions& core, CoreContext* context, FaultText* fault) {
    return core.find_rule(context, provider, folder, receive, user, fault);
  });
}

int32_t pindus_set_rule(pindus_context handle, pindus_text provider, pindus_text folder,
                        pindus_text account) noexcept {
  if (!is_text(provider) || !is_text(folder) || !is_text(account) || provider.size == 0) {
    return bad_argument("provider, folder or account is null");
  }
  return with_core(handle, [&](const CoreFunctions& core, CoreContext* context, FaultText* fault) {
    return core.set_rule(context, provider, folder, account, fault);
  });
}

int32_t pindus_change_descriptor(pindus_context handle, int* out) noexcept {
  if (out == nullptr) return bad_argument("out is null");
  return with_core(handle, [&](const CoreFunctions& core, CoreContext* context, FaultText* fault) {
    return core.change_descriptor(context, out, fault);
  });
}

int32_t pindus_take_change(pindus_context handle, int32_t* changed) noexcept {
  if (changed == nullptr) return bad_argument("changed is null");
  return with_core(handle, [&](const CoreFunctions& core, CoreContext* context, FaultText* fault) {
    return core.take_change(context, changed, fault);
  });
}

int32_t pindus_get_vault(pindus_context handle, pindus_receive receive, void* user) noexcept {
  if (receive == nullptr) return bad_argument("receive is null");
  return with_core(handle, [&](const CoreFunctions& core, CoreContext* context, FaultText* fault) {
    return core.get_vault(context, receive, user, fault);
  });
}

}  // extern "C"
