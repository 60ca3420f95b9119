#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace pindus::test {

/// The OAuth server of tests/peers on a port of its own, and the person who signs in there. Where
/// it isn't installed, the constructor says "SKIPPED: reason" and throws.
class OAuthPeer {
 public:
  /// `options` are those of oidc-server.mjs.
  explicit OAuthPeer(std::vector<std::string> options = {})
      : OAuthPeer("oidc-server.mjs", std::move(options)) {}
  /// Another server of tests/peers, with that one's options.
  OAuthPeer(std::string_view script, std::vector<std::string> options);

  [[nodiscard]] const std::string& issuer() const noexcept { return issuer_; }
  /// What it said of itself when it began: "one", an address of resource-servers.mjs.
  [[nodiscard]] std::string said(std::string_view name) const;
  [[nodiscard]] std::string token_url() const { return issuer_ + "/token"; }

  /// Changes live settings, a JSON object: {"accessTtl": 2}.
  void configure(std::string_view settings) const;

  /// How often a counter went up: "/success/refresh_token".
  [[nodiscard]] std::int64_t counter(std::string_view pointer) const;

  /// What the server saw, in order; an array of objects with "ev".
  [[nodiscard]] Json events() const;

  /// Signs in and consents at an authorization URL; gives what the browser ends with, the whole
  /// redirect URL unless an option ("--format code") asks for less.
  [[nodiscard]] std::string approve_code(const std::string& url,
                                         std::vector<std::string> options = {}) const;

  /// Types a device's code; "approved" or "denied".
  std::string approve_device(const std::string& address, const std::string& user_code,
                             std::vector<std::string> options = {}) const;

  /// Sends one request to the server, as a stranger to pindus would; gives the answer's body.
  [[nodiscard]] std::string request(const std::string& path, std::string_view body = {}) const;

 private:
  std::string run_script(std::string_view script, std::vector<std::string> arguments) const;

  TemporaryDirectory directory_;
  std::string ready_;
  std::string issuer_;
  std::unique_ptr<ChildProcess> server_;
};

/// Says that this test can't run here, and leaves it. Reported as skipped.
[[noreturn]] void skip(std::string_view reason);

/// The code that a device's owner types, in whatever a program said; for ChildProcess::wait_until.
[[nodiscard]] std::optional<std::string> find_user_code(const std::string& said);

}  // namespace pindus::test
