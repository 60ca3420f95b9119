#include "core/session/slots/slots.hpp"

// What the session is about, and what its manifest and the person said.

namespace pindus::service {

Code info(Session& session, uint32_t what, pindus_read read, void* context) {
  const SessionRequest& request = session.request;
  switch (what) {
    case PINDUS_INFO_PROVIDER_ID: return session.show(request.provider->id, read, context);
    case PINDUS_INFO_PROVIDER_LABEL: return session.show(request.provider->label, read, context);
    case PINDUS_INFO_ACCOUNT: return session.show(request.account, read, context);
    case PINDUS_INFO_METHOD: return session.show(request.method->name, read, context);
    case PINDUS_INFO_HOST_VERSION: return session.show(PINDUS_VERSION, read, context);
    case PINDUS_INFO_TRIES:
      return session.show(std::to_string(request.io != nullptr ? request.io->tries() : 1), read,
                          context);
    default: return PINDUS_UNSUPPORTED;
  }
}

Code option(Session& session, pindus_str name, pindus_read read, void* context) {
  const auto value = session.option(TRY(text_of(name)));
  if (!value) return PINDUS_NOT_FOUND;
  return session.show(*value, read, context);
}

Code answer(Session& session, pindus_str name, pindus_read read, void* context) {
  const auto found = session.request.answers.find(TRY(text_of(name)));
  if (found == session.request.answers.end()) return PINDUS_NOT_FOUND;
  return session.show(found->second, read, context);
}

}  // namespace pindus::service
