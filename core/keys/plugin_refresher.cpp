#include "core/keys/plugin_refresher.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include <pindus/plugin.h>

#include "core/keys/usable_key.hpp"

namespace pindus {
namespace {

constexpr std::chrono::seconds max_margin{600};

struct OAuthProvider {
  const Provider& provider;
  const Method& method;
};

Result<OAuthProvider> find_oauth(const OAuthContext& context, std::string_view id) {
  const Provider* provider = context.directory->find_provider(id);
  if (provider == nullptr) {
    const auto near = context.directory->near_names(id);
    return fail(FaultKind::unknown_provider,
                fmt::format("no manifest describes \"{}\"", printable(id, 80)),
                near.empty() ? std::string("`pindus plugin list` shows the providers there are")
                             : fmt::format("Did you mean {}?", fmt::join(near, " or ")));
  }
  const Method* method = provider->method(AuthKind::oauth);
  if (method == nullptr) {
    return std::unexpected(
        sign_in_fault(fmt::format("the manifests of {} name no browser sign-in", provider->id),
                      fmt::format("`pindus plugin show {}` shows what they name", provider->id)));
  }
  return OAuthProvider{*provider, *method};
}

// Only the server's verdict is final, or that there is no refresh at all. Whatever else fails (the
// network, a proxy's page, a library that isn't installed) says nothing about the credential.
RefreshFailure refresh_failure(const SessionOutcome& outcome, const Provider& provider,
                               std::string_view account) {
  using Kind = RefreshFailure::Kind;
  switch (outcome.code) {
    case PINDUS_CANCELLED:
      return {
          Kind::cancelled, credential_fault(FaultKind::aborted, outcome.message, outcome.hint), {}};
    case PINDUS_REJECTED:
    case PINDUS_DENIED:
    case PINDUS_EXPIRED:
    case PINDUS_UNSUPPORTED:
      return {Kind::permanent,
              refresh_fault(outcome.message, replace_command(provider.id, account)),
              {}};
    default:
      return {Kind::transient, refresh_fault(outcome.message, outcome.hint), outcome.retry_after};
  }
}

std::chrono::seconds margin_of(const Method& method) {
  const std::string_view text = method.option("refresh_margin_s");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0) {
    return TokenRefresher::Policy().margin;
  }
  return std::min(std::chrono::seconds(seconds), max_margin);
}

}  // namespace

Result<OAuthCredentials> start_oauth_login(const OAuthContext& context, const OAuthLogin& login,
                                           std::stop_token stop) {
  const OAuthProvider found = PINDUS_TRY(find_oauth(context, login.provider));
  if (!found.provider.enabled) {
    return fail(FaultKind::unknown_provider,
                fmt::format("a manifest takes {} out of use", found.provider.id),
                fmt::format("`pindus plugin show {}` names the file", found.provider.id));
  }
  SessionOutcome outcome = run_method(
      {.operation = Operation::sign_in,
       .provider = &found.provider,
       .method = &found.method,
       .account = login.account,
       .answers = PINDUS_TRY(complete_answers(found.method, login.answers, login.io, stop)),
       .io = login.io,
       .open_browser = login.open_browser,
       .show_qr = login.show_qr,
       .environment = context.environment,
       .services_module = context.services_module,
       .stop = stop});
  if (outcome.code != PINDUS_OK) return std::unexpected(sign_in_fault(outcome));
  return std::move(outcome.credentials);
}

std::expected<OAuthCredentials, RefreshFailure> refresh_oauth_credentials(
    const OAuthContext& context, std::string_view provider, std::string_view account,
    const OAuthCredentials& current, std::stop_token stop) {
  auto found = find_oauth(context, provider);
  if (!found) {
    return std::unexpected(RefreshFailure{
        RefreshFailure::Kind::transient,
        refresh_fault(std::move(found.error().message), std::move(found.error().hint)),
        {}});
  }
  SessionOutcome outcome = run_method({.operation = Operation::refresh,
                                       .provider = &found->provider,
                                       .method = &found->method,
                                       .account = std::string(account),
                                       .answers = stored_answers(found->method, current),
                                       .stored = &current,
                                       .environment = context.environment,
                                       .log = context.log,
                                       .services_module = context.services_module,
                                       .stop = std::move(stop)});
  if (outcome.code != PINDUS_OK) {
    return std::unexpected(refresh_failure(outcome, found->provider, account));
  }
  return std::move(outcome.credentials);
}

Result<bool> open_login_url(CredentialIo& io, std::string_view url) {
  if (!url_host(url) || !is_printable(url)) {
    return fail(FaultKind::usage,
                fmt::format("\"{}\" is no http or https address", printable(url, 80)));
  }
  return io.open_url(url);
}

std::future<Result<OAuthCredentials>> async_start_oauth_login(const OAuthContext& context,
                                                              OAuthLogin login,
                                                              std::stop_token stop) {
  return std::async(std::launch::async, [=, login = std::move(login)] {
    return start_oauth_login(context, login, stop);
  });
}

std::future<std::expected<OAuthCredentials, RefreshFailure>> async_refresh_oauth_credentials(
    const OAuthContext& context, std::string provider, std::string account,
    OAuthCredentials current, std::stop_token stop) {
  return std::async(std::launch::async,
                    [=, provider = std::move(provider), account = std::move(account),
                     current = std::move(current)] {
                      return refresh_oauth_credentials(context, provider, account, current, stop);
                    });
}

std::future<Result<bool>> async_open_login_url(CredentialIo& io, std::string url) {
  return std::async(std::launch::async,
                    [&io, url = std::move(url)] { return open_login_url(io, url); });
}

std::future<Result<std::optional<UsableKey>>> async_read_usable_key(
    AuthVault& vault, std::string provider, std::optional<std::string> account,
    std::stop_token stop) {
  return std::async(std::launch::async, [&vault, provider = std::move(provider),
                                         account = std::move(account), stop = std::move(stop)] {
    return vault.read_usable_key(
        provider, account ? std::optional<std::string_view>(*account) : std::nullopt, stop);
  });
}

TokenRefresher::Policy PluginTokenRefresher::policy(std::string_view provider) {
  const auto found = find_oauth(context_, provider);
  if (!found) return {};
  return {.margin = margin_of(found->method),
          .rotates = found->method.option("rotates") != "false"};
}

std::expected<OAuthCredentials, RefreshFailure> PluginTokenRefresher::refresh(
    std::string_view provider, std::string_view account, const OAuthCredentials& current,
    std::stop_token stop) {
  return refresh_oauth_credentials(context_, provider, account, current, std::move(stop));
}

}  // namespace pindus
