#include "core/keys/plugin_refresher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <tuple>
#include <utility>

#include <pindus/plugin.h>

#include "core/base/fingerprint.hpp"
#include "core/session/option_guide.hpp"

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

std::string option_of(const Method& method, const Environment& environment, std::string_view name) {
  return option_from_environment(method, environment, name)
      .value_or(std::string(method.option(name)));
}

std::chrono::seconds margin_of(const Method& method, const Environment& environment) {
  const std::string text = option_of(method, environment, "refresh_margin_s");
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

Result<OAuthProvider> find_oauth(const ProviderDirectory& providers, std::string_view id,
                                 std::string_view method) {
  const Provider* provider = TRY(providers.require_provider(id));
  if (const Method* found = provider->noted_method(AuthKind::oauth, method)) {
    return OAuthProvider{*provider, *found};
  }
  if (provider->refused) return std::unexpected(refused_provider(*provider->refused));
  const std::string wanted = method.empty()
                                 ? std::string("no browser sign-in")
                                 : fmt::format("no method \"{}\"", printable(method, 40));
  return std::unexpected(
      sign_in_fault(fmt::format("the manifests of {} name {}", provider->id, wanted),
                    fmt::format("pindus plugin show {}", provider->id)));
}

Result<SessionRequest> stored_session(const ProviderDirectory& providers, const Account& account,
                                      const OAuthCredentials& stored, SessionRequest session) {
  const auto [provider, method] =
      TRY(find_oauth(providers, account.provider, stored.member(method_member)));
  auto answers = stored_answers(method, stored);
  if (!answers) {
    // A sign-in is told what to answer; here nobody is asked.
    answers.error().hint = Account{provider.id, account.name}.replace_command();
    return std::unexpected(std::move(answers).error());
  }
  session.provider = &provider;
  session.method = &method;
  session.account = account.name;
  session.answers = *std::move(answers);
  session.stored = &stored;
  return session;
}

TokenRefresher::Policy PluginRefresher::policy(std::string_view provider, std::string_view method) {
  const auto found = find_oauth(providers_.get(), provider, method);
  if (!found) return {};
  const Environment& environment = *session_().environment;
  return {.margin = margin_of(found->method, environment),
          .rotates = option_of(found->method, environment, "rotates") != "false",
          .server = server_of(found->method, environment)};
}

// libcurl and its forty libraries take as long to load as the vault takes to be proved.
void PluginRefresher::prepare() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(prepared_, true)) return;
  const SessionRequest session = session_();
  if (session.services != nullptr) return;
  try {
    preparation_ =
        std::jthread([module = session.services_module] { std::ignore = open_services(module); });
  } catch (const std::system_error&) {
    preparation_ = {};  // without another thread it is loaded when it is needed
  }
}

// Before a plugin runs: should it end the process, nothing may be half loaded.
void PluginRefresher::end_preparation() {
  const std::lock_guard lock(mutex_);
  if (preparation_.joinable()) preparation_.join();
}

std::expected<OAuthCredentials, RefreshFailure> PluginRefresher::refresh(
    const Account& account, const OAuthCredentials& current, const Limits& limits) {
  const auto impossible = [](CredentialFault& fault) {
    return std::unexpected(
        RefreshFailure{RefreshFailure::Kind::transient,
                       refresh_fault(std::move(fault.message), std::move(fault.hint)),
                       {}});
  };
  auto request = stored_session(providers_.get(), account, current, session_());
  if (!request) return impossible(request.error());
  request->operation = Operation::refresh;
  request->stop = limits.stop;
  request->deadline = limits.deadline;
  end_preparation();
  SessionOutcome outcome = run_method(*request);
  if (outcome.code != PINDUS_OK) {
    return std::unexpected(refresh_failure(outcome, {request->provider->id, account.name}));
  }
  return std::move(outcome.credentials);
}

}  // namespace pindus
