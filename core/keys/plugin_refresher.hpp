#pragma once

#include <filesystem>
#include <functional>
#include <future>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/keys/token_refresher.hpp"
#include "core/session/run_method.hpp"

namespace pindus {

/// What the OAuth functions need besides the provider. Everything borrowed must outlive the call,
/// for the async_ forms the future.
struct OAuthContext {
  const ProviderDirectory* directory = nullptr;
  const Environment* environment = nullptr;
  std::filesystem::path services_module;
  /// What plugins log in a refresh, which has no CredentialIo, where PINDUS_LOG is set; null:
  /// nobody. Called on the refresh's thread.
  std::function<void(std::string_view line)> log = {};
};

/// One sign-in.
struct OAuthLogin {
  std::string provider;
  std::string account = "default";
  Answers answers = {};        ///< those that are missing are asked for through `io`
  CredentialIo* io = nullptr;  ///< null: every question is `aborted`
  bool open_browser = true;
  bool show_qr = true;
};

/// Signs in and returns the credential; stores nothing. Waits for the person and the network.
/// Faults: unknown-provider; aborted (also on a stop); vault ("Sign-in failed").
[[nodiscard]] Result<OAuthCredentials> start_oauth_login(const OAuthContext& context,
                                                         const OAuthLogin& login,
                                                         std::stop_token stop = {});

/// Asks the provider for a new token (RFC 6749 section 6); stores nothing.
[[nodiscard]] std::expected<OAuthCredentials, RefreshFailure> refresh_oauth_credentials(
    const OAuthContext& context, std::string_view provider, std::string_view account,
    const OAuthCredentials& current, std::stop_token stop = {});

/// Opens a sign-in address in a browser: http and https only, anything else is a `usage` fault.
/// Returns whether a browser was started.
[[nodiscard]] Result<bool> open_login_url(CredentialIo& io, std::string_view url);

/// The same on a thread of their own; the future's destructor waits, a stop ends it.
[[nodiscard]] std::future<Result<OAuthCredentials>> async_start_oauth_login(
    const OAuthContext& context, OAuthLogin login, std::stop_token stop = {});
[[nodiscard]] std::future<std::expected<OAuthCredentials, RefreshFailure>>
async_refresh_oauth_credentials(const OAuthContext& context, std::string provider,
                                std::string account, OAuthCredentials current,
                                std::stop_token stop = {});
[[nodiscard]] std::future<Result<bool>> async_open_login_url(CredentialIo& io, std::string url);
[[nodiscard]] std::future<Result<std::optional<UsableKey>>> async_read_usable_key(
    AuthVault& vault, std::string provider, std::optional<std::string> account,
    std::stop_token stop = {});

/// The refresher of the real program: finds the provider's plugin in the directory and runs it.
class PluginTokenRefresher final : public TokenRefresher {
 public:
  explicit PluginTokenRefresher(OAuthContext context) : context_(std::move(context)) {}
  [[nodiscard]] Policy policy(std::string_view provider) override;
  [[nodiscard]] std::expected<OAuthCredentials, RefreshFailure> refresh(
      std::string_view provider, std::string_view account, const OAuthCredentials& current,
      std::stop_token stop) override;

 private:
  OAuthContext context_;
};

}  // namespace pindus
