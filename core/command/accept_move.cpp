#include <fmt/format.h>

#include "core/command/commands.hpp"
#include "core/command/signin.hpp"
#include "core/session/issuer.hpp"
#include "core/session/sign_in.hpp"

namespace pindus {

Result<void> accept_move(const Account& account, const Context& context) {
  const Provider& provider = *TRY(context.providers().require_provider(account.provider));
  TRY(check_usable(provider));
  std::string origin;
  const auto origin_now = [&](const OAuthCredentials& stored) -> Result<std::string> {
    const SessionRequest session =
        TRY(stored_session(context.providers(), account, stored, context.session()));
    const auto endpoint = token_endpoint(session);
    if (!endpoint) {
      return std::unexpected(sign_in_fault(
          fmt::format("the manifests of {} don't say where its tokens are from", provider.id),
          Account{provider.id, account.name}.replace_command()));
    }
    origin = *endpoint;
    return origin;
  };
  if (!TRY(context.vault().set_issuer(account, origin_now, context.stop()))) {
    return std::unexpected(CredentialFault{FaultKind::not_found, "No such account",
                                           fmt::format("{} has no browser sign-in named \"{}\"",
                                                       provider.id, printable(account.name, 80)),
                                           "pindus signin --list"});
  }
  context.io().print(fmt::format("The account {} of {} goes on at {}.", printable(account.name),
                                 provider_title(&provider, provider.id), origin));
  return {};
}

}  // namespace pindus
