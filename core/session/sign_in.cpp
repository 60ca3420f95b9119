#include "core/session/sign_in.hpp"

#include <fmt/format.h>

#include <utility>

#include <pindus/plugin.h>

#include "core/vault/credential_rules.hpp"

namespace pindus {
namespace {

CredentialFault fault_of(const SessionOutcome& outcome, AuthKind kind) {
  switch (outcome.code) {
    case PINDUS_CANCELLED:
    case PINDUS_INTERACTION_FORBIDDEN:
      return credential_fault(FaultKind::aborted, outcome.why.message, outcome.why.hint);
    case PINDUS_INVALID_KEY:
      if (kind != AuthKind::api_key) break;  // a private key, maybe
      return credential_fault(FaultKind::invalid_key, outcome.why.message, outcome.why.hint);
    default: break;
  }
  return sign_in_fault(outcome.why);
}

}  // namespace

Result<void> check_usable(const Provider& provider) {
  if (provider.refused) return std::unexpected(refused_provider(*provider.refused));
  if (provider.enabled) return {};
  return std::unexpected(CredentialFault{
      FaultKind::unknown_provider, "Provider is disabled",
      fmt::format("a manifest takes {} out of use", provider.id),
      fmt::format("pindus plugin show {} names the file that sets \"enabled\": false",
                  provider.id)});
}

Result<SignedIn> sign_in(const SignIn& request, SessionRequest session) {
  TRY(check_usable(request.provider));
  session.operation = Operation::sign_in;
  session.provider = &request.provider;
  session.method = &request.method;
  session.account = request.account;
  session.answers =
      TRY(complete_answers(request.method, request.answers, session.io, session.stop));
  session.stored = request.drawer;
  session.open_browser = request.open_browser;
  session.show_qr = request.show_qr;
  SessionOutcome outcome = run_method(session);
  if (outcome.code != PINDUS_OK) return std::unexpected(fault_of(outcome, request.method.kind));
  // Whatever the plugin took for a key or a token.
  if (request.method.kind == AuthKind::api_key) {
    TRY(validate_api_key(outcome.key.view()));
  } else if (auto valid = validate_key(AuthKind::oauth, outcome.credentials.access.view(),
                                       fmt::format("the token that {} gave", request.provider.id),
                                       "no request could carry it: tell the provider");
             !valid) {
    return std::unexpected(sign_in_fault(valid.error().message, valid.error().hint));
  }
  if (request.drawer != nullptr) {
    for (const auto& [name, text] : request.drawer->private_texts) {
      outcome.credentials.private_texts.emplace_back(name, text.copy());
    }
  }
  return SignedIn{std::move(outcome.key), std::move(outcome.credentials)};
}

}  // namespace pindus
