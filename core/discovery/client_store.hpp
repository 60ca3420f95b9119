#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/fault.hpp"
#include "core/base/secret.hpp"

namespace pindus::discovery {

/// What a server knows us by: an id that it gave, or that a person was given.
struct OAuthClient {
  std::string id;
  Secret secret = {};              ///< empty: it has none
  std::int64_t secret_ends_s = 0;  ///< epoch seconds (RFC 7591, section 3.2.1); 0: never
  std::string token_auth = {};     ///< how it proves who it is: "none", "post", "basic"
  /// Where and with what the registration is looked at and taken back (RFC 7592, section 3); empty:
  /// nowhere.
  std::string registration_uri = {};
  Secret registration_token = {};
  bool is_registered = false;  ///< by us (RFC 7591), so that it may be made anew

  [[nodiscard]] bool has_registration_address() const noexcept {
    return !registration_uri.empty() && !registration_token.empty();
  }

  /// Whether its secret has ended, or is about to.
  [[nodiscard]] bool has_ended(std::int64_t now_s) const noexcept {
    constexpr std::int64_t margin_s = 60;
    return secret_ends_s != 0 && secret_ends_s <= now_s + margin_s;
  }
};

/// PROFILE/clients.json: one client for each authorization server, by the identifier under which
/// its metadata was found, whatever the resources are that it gives tokens for. Written as the
/// vault is: mode 0600, whole or not at all. What it doesn't know in the file stays. Any thread.
class ClientStore {
 public:
  explicit ClientStore(const std::filesystem::path& profile) : file_(profile / "clients.json") {}

  /// Fault: vault, with the file's name, where it can't be read or understood.
  [[nodiscard]] Result<std::optional<OAuthClient>> find(std::string_view server) const;

  /// In the place of the one that is there. Faults: vault; a file that isn't understood stays.
  [[nodiscard]] Result<void> put(std::string_view server, const OAuthClient& client) const;

  /// Whether there was one.
  [[nodiscard]] Result<bool> remove(std::string_view server) const;

 private:
  std::filesystem::path file_;
};

}  // namespace pindus::discovery
