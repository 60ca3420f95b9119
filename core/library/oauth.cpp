#include "core/library/oauth.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/session/sign_in.hpp"

namespace pindus {

Result<OAuthCredentials> start_oauth_login(Context& context, const OAuthLogin& login,
                                           std::stop_token stop) {
  const Provider* provider = TRY(context.providers().require_provider(login.provider));
  const Method* method = provider->asked_method(login.method);
  if (method == nullptr || method->kind != AuthKind::oauth) {
    // Says what is wrong with it, a refusal above all.
    return std::unexpected(find_oauth(context.providers(), provider->id, login.method).error());
  }
  SessionRequest session = context.session();
  session.stop = std::move(stop);
  return TRY(sign_in({.provider = *provider,
                      .method = *method,
                      .account = login.account,
                      .answers = login.answers,
                      .open_browser = login.open_browser,
                      .show_qr = login.show_qr},
                     std::move(session)))
      .credentials;
}

std::expected<OAuthCredentials, RefreshFailure> refresh_oauth_credentials(
    Context& context, const Account& account, const OAuthCredentials& current,
    std::stop_token stop) {
  return context.refresher().refresh(account, current, {.stop = std::move(stop)});
}

Result<bool> open_login_url(CredentialIo& io, std::string_view url) {
  if (!url_host(url) || !is_printable(url)) {
    return fail(FaultKind::usage,
                fmt::format("\"{}\" is no http or https address", printable(url, 80)));
  }
  return io.open_url(url, {});
}

Result<std::optional<UsableKey>> read_usable_key(Context& context, std::string_view provider,
                                                 std::optional<std::string> account,
                                                 std::stop_token stop) {
  auto key = TRY(stored_key(context.vault(), &context.refresher(),
                            {provider, std::move(account), std::move(stop)}));
  if (!key) return std::nullopt;
  return std::move(key->key);
}

std::future<Result<OAuthCredentials>> async_start_oauth_login(Context& context, OAuthLogin login,
                                                              std::stop_token stop) {
  return std::async(std::launch::async,
                    [&context, login = std::move(login), stop = std::move(stop)] {
                      return start_oauth_login(context, login, stop);
                    });
}

std::future<std::expected<OAuthCredentials, RefreshFailure>> async_refresh_oauth_credentials(
    Context& context, Account account, OAuthCredentials current, std::stop_token stop) {
  return std::async(std::launch::async, [&context, account = std::move(account),
                                         current = std::move(current), stop = std::move(stop)] {
    return refresh_oauth_credentials(context, account, current, stop);
  });
}

std::future<Result<bool>> async_open_login_url(CredentialIo& io, std::string url) {
  return std::async(std::launch::async,
                    [&io, url = std::move(url)] { return open_login_url(io, url); });
}

std::future<Result<std::optional<UsableKey>>> async_read_usable_key(
    Context& context, std::string provider, std::optional<std::string> account,
    std::stop_token stop) {
  return std::async(std::launch::async, [&context, provider = std::move(provider),
                                         account = std::move(account), stop = std::move(stop)] {
    return read_usable_key(context, provider, account, stop);
  });
}

}  // namespace pindus
