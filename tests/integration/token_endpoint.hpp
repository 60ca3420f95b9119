#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "tests/integration/pindus_profile.hpp"
#include "tests/support/loopback_server.hpp"

namespace pindus::test {

/// A token endpoint that answers as the test says, for what no real server does on demand, and a
/// profile with provider "acme" there. The token that is stored has so many seconds left.
struct TokenEndpoint {
  explicit TokenEndpoint(std::function<void(Connection&, const std::string& request)> answer,
                         std::int64_t seconds_left = -10)
      : server([answer = std::move(answer)](Connection& connection) {
          answer(connection, connection.read_request());
        }) {
    const std::string origin = "http://" + server.host();
    profile.install_manifest("acme", code_manifest("acme", origin, origin + "/token"));
    profile.store_token("acme", old_access, old_refresh, seconds_left);
  }

  static constexpr const char* old_access = "old-access-4f1c";
  static constexpr const char* old_refresh = "old-refresh-9b2e";

  PindusProfile profile;
  LoopbackServer server;
};

/// A token answer (RFC 6749 section 5.1), usually for an hour; without `refresh` it holds none.
[[nodiscard]] inline std::string token_answer(const std::string& access,
                                              const std::string& refresh = {},
                                              int lifetime_s = 3600) {
  std::string body = R"({"token_type":"Bearer","expires_in":)" + std::to_string(lifetime_s) +
                     R"(,"access_token":")" + access + '"';
  if (!refresh.empty()) body += R"(,"refresh_token":")" + refresh + '"';
  return http_answer("200 OK", body + "}", "Content-Type: application/json\r\n");
}

}  // namespace pindus::test
