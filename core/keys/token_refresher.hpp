#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <stop_token>
#include <string_view>

#include "core/base/account.hpp"
#include "core/base/fault.hpp"
#include "core/vault/credentials.hpp"

namespace pindus {

/// Why a refresh failed. Permanent: the server takes the credential no more, and only a new sign-in
/// helps. Transient: nothing was said about the credential.
struct RefreshFailure {
  enum class Kind { permanent, transient, cancelled };
  Kind kind = Kind::transient;
  CredentialFault fault;
  std::optional<std::chrono::seconds> retry_after = {};  ///< as the server said (RFC 9110, 10.2.3)
  bool answered = false;  ///< a server has answered; else it could not be asked
};

/// What the vault asks when a token is about to expire. The real one finds the provider's plugin
/// and runs it; tests have their own.
class TokenRefresher {
 public:
  virtual ~TokenRefresher() = default;

  /// How refreshes of this provider behave, by the method that a record names (empty: the usual
  /// one); from its manifest.
  struct Policy {
    /// A token with less left than this is refreshed, where a quarter of its life isn't less still.
    /// Tools keep what they get for five minutes.
    std::chrono::seconds margin{330};
    bool rotates = true;  ///< a refresh may replace the refresh token
    /// The fingerprint of what decides where a refresh goes, and as which client.
    std::uint64_t server = 0;
  };
  [[nodiscard]] virtual Policy policy(std::string_view provider, std::string_view method) = 0;

  /// A refresh is about to follow: begins to open what it needs, beside whatever the caller does
  /// until then. What goes wrong here goes wrong there, and is said there.
  virtual void prepare() {}

  /// When to end a refresh. A stop does while nothing has been sent; afterwards only the answer is
  /// of use, since the server may have ended the old token, and it is waited for until `deadline`.
  struct Limits {
    std::stop_token stop = {};
    std::chrono::steady_clock::time_point deadline =
        std::chrono::steady_clock::now() + std::chrono::seconds(30);
  };

  /// One request to the server, on the calling thread; several accounts at once from several
  /// threads. The credential returned is what the record shall say afterwards; an empty refresh
  /// token means that the old one stays, and so does a member that isn't named.
  [[nodiscard]] virtual std::expected<OAuthCredentials, RefreshFailure> refresh(
      const Account& account, const OAuthCredentials& current, const Limits& limits) = 0;
};

}  // namespace pindus
