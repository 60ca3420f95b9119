#include "core/keys/plugin_refresher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include <pindus/plugin.h>

#include "core/base/fingerprint.hpp"

namespace pindus {
namespace {

constexpr std::chrono::seconds max_margin{600};

// Only the server's verdict is final, or that there is no refresh at all. Whatever else fails (the
// network, a proxy's page, a library that isn't installed) says nothing about the credential.
RefreshFailure refresh_failure(const SessionOutcome& outcome, const Account& account) {
  using Kind = RefreshFailure::Kind;
  switch (outcome.code) {
    case PINDUS_CANCELLED:
      return {Kind::cancelled,
              credential_fault(FaultKind::aborted, outcome.why.message, outcome.why.hint),
              {}};
    case PINDUS_REJECTED:
    case PINDUS_DENIED:
    case PINDUS_EXPIRED:
    case PINDUS_UNSUPPORTED:
      return {Kind::permanent,
              refresh_fault(outcome.why.message, account.replace_command()),
              {},
              outcome.answered};
    default:
      return {Kind::transient, refresh_fault(outcome.why), outcome.retry_after, outcome.answered};
  }
}

std::chrono::seconds margin_in_manifest(const Method& method) {
  const std::string_view text = method.option("refresh_margin_s");
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 0) {
    return TokenRefresher::Policy().margin;
  }
  return std::min(std::chrono::seconds(count), max_margin);
}

std::uint64_t server_of(const Method& method, const Environment& environment) {
  Fingerprint server;
  server.add(method.library_path.native());
  for (const auto& [name, value] : method.options) {
    server.add(name);
    server.add(value);
    if (name.ends_with("_env")) server.add(environment.get_nonblank(value).value_or(""));
  }
  return server.value();
}

}  // namespace

Result<OAuthProvider> find_oauth(const ProviderDirectory& providers, std::string_view id) {
  const Provider* provider = PINDUS_TRY(providers.require_provider(id));
  const Method* method = provider->method(AuthKind::oauth);
  if (method == nullptr && provider->refused) {
    return std::unexpected(refused_provider(*provider->refused));
  }
  if (method == nullptr) {
    return std::unexpected(
        sign_in_fault(fmt::format("the manifests of {} name no browser sign-in", provider->id),
                      fmt::format("pindus plugin show {}", provider->id)));
  }
  return OAuthProvider{*provider, *method};
}

TokenRefresher::Policy PluginRefresher::policy(std::string_view provider) {
  const auto found = find_oauth(providers_.get(), provider);
  if (!found) return {};
  return {.margin = margin_in_manifest(found->method),
          .rotates = found->method.option("rotates") != "false",
          .server = server_of(found->method, *session_().environment)};
}

std::expected<OAuthCredentials, RefreshFailure> PluginRefresher::refresh(
    const Account& account, const OAuthCredentials& current, const Limits& limits) {
  const auto impossible = [](CredentialFault& fault) {
    return std::unexpected(
        RefreshFailure{RefreshFailure::Kind::transient,
                       refresh_fault(std::move(fault.message), std::move(fault.hint)),
                       {}});
  };
  auto found = find_oauth(providers_.get(), account.provider);
  if (!found) return impossible(found.error());
  auto answers = stored_answers(found->method, current);
  if (!answers) return impossible(answers.error());
  SessionRequest request = session_();
  request.operation = Operation::refresh;
  request.provider = &found->provider;
  request.method = &found->method;
  request.account = account.name;
  request.answers = *std::move(answers);
  request.stored = &current;
  request.stop = limits.stop;
  request.deadline = limits.deadline;
  SessionOutcome outcome = run_method(request);
  if (outcome.code != PINDUS_OK) {
    return std::unexpected(refresh_failure(outcome, {found->provider.id, account.name}));
  }
  return std::move(outcome.credentials);
}

}  // namespace pindus
