#pragma once

#include <future>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/context.hpp"
#include "core/keys/choose_key.hpp"

namespace pindus {

/// What a program that embeds pindus calls beside the commands. `context` must outlive the call,
/// for the async_ forms the future; its `stop` ends nothing here, the argument does.
///
/// Plugins run in this process. That one of them prints (against P9) is this program's to guard
/// against, whose descriptors these are: pindus itself sets its standard output aside and leads
/// descriptor 1 to standard error. A plugin that calls exit() is named, and the exit code isn't 0.

/// One sign-in.
struct OAuthLogin {
  std::string provider;
  std::string account = "default";
  std::string method = "oauth";  ///< its name; that of the kind is the first that is available
  Answers answers = {};          ///< those that are missing are asked for through the context's io
  bool open_browser = true;
  bool show_qr = true;
};

/// Signs in and returns the credential; stores nothing. Waits for the person and the network.
/// Faults: unknown-provider; aborted (also on a stop); vault ("Sign-in failed").
[[nodiscard]] Result<OAuthCredentials> start_oauth_login(Context& context, const OAuthLogin& login,
                                                         std::stop_token stop = {});

/// Asks the provider for a new token (RFC 6749 section 6); stores nothing.
[[nodiscard]] std::expected<OAuthCredentials, RefreshFailure> refresh_oauth_credentials(
    Context& context, const Account& account, const OAuthCredentials& current,
    std::stop_token stop = {});

/// Opens a sign-in address in a browser: http and https only, anything else is a `usage` fault.
/// Returns whether a browser was started.
[[nodiscard]] Result<bool> open_login_url(CredentialIo& io, std::string_view url);

/// The key of a stored account, without `account` of the default one: see stored_key.
[[nodiscard]] Result<std::optional<UsableKey>> read_usable_key(
    Context& context, std::string_view provider, std::optional<std::string> account = {},
    std::stop_token stop = {});

/// The same on a thread of their own; the future's destructor waits, a stop ends it.
[[nodiscard]] std::future<Result<OAuthCredentials>> async_start_oauth_login(
    Context& context, OAuthLogin login, std::stop_token stop = {});
[[nodiscard]] std::future<std::expected<OAuthCredentials, RefreshFailure>>
async_refresh_oauth_credentials(Context& context, Account account, OAuthCredentials current,
                                std::stop_token stop = {});
[[nodiscard]] std::future<Result<bool>> async_open_login_url(CredentialIo& io, std::string url);
[[nodiscard]] std::future<Result<std::optional<UsableKey>>> async_read_usable_key(
    Context& context, std::string provider, std::optional<std::string> account = {},
    std::stop_token stop = {});

}  // namespace pindus
