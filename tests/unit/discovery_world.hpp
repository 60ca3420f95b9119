#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/discovery/sign_in_address.hpp"
#include "core/services/http_rules.hpp"
#include "tests/support/temporary_directory.hpp"

namespace pindus::test {

/// The network of a discovery, in memory: what each address answers, where each host is, and what
/// was asked.
class DiscoveryWorld final : public Services {
 public:
  struct Answer {
    int status = 200;
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
  };
  struct Asked {
    std::string line;  ///< "GET https://..."
    std::string body;
    std::map<std::string, std::string> headers;
  };

  std::map<std::string, Answer> answers;  ///< by "GET https://..."; others are 404
  std::map<std::string, std::vector<std::uint8_t>> places;  ///< by host; others are public
  std::vector<Asked> asked;

  std::expected<HttpResponse, HttpFailure> send(const HttpRequest& request,
                                                std::stop_token /*stop*/) override {
    if (auto refused = http::refuse_request(request)) return std::unexpected(*std::move(refused));
    const std::string host = url_host(request.url).value();
    const auto place = places.find(host);
    const std::vector<std::uint8_t> address =
        place == places.end() ? std::vector<std::uint8_t>{93, 184, 216, 34} : place->second;
    if (request.may_connect && !request.may_connect(address)) {
      return std::unexpected(
          HttpFailure{HttpFailure::Kind::forbidden, {host + " is elsewhere"}, 0});
    }
    Asked record{request.method + " " + request.url, std::string(request.body.view()), {}};
    for (const auto& [name, value] : request.headers) record.headers[name] = value.view();
    asked.push_back(record);
    const auto found = answers.find(record.line);
    HttpResponse response;
    response.status = 404;
    response.address = address;
    if (found == answers.end()) return response;
    if (found->second.body.size() > request.answer_limit) {
      return std::unexpected(HttpFailure{HttpFailure::Kind::too_large, {host + " says much"}, 200});
    }
    response.status = found->second.status;
    response.headers = found->second.headers;
    response.body = Secret(std::string_view(found->second.body));
    return response;
  }
  void random(std::span<std::uint8_t> out) override { std::ranges::fill(out, 'R'); }
  CryptoResult digest(std::uint32_t, std::string_view in) override {
    return Secret(std::string(4, in.empty() ? ' ' : in.back()));
  }
  CryptoResult mac(std::uint32_t, std::string_view, std::string_view) override { return Secret(); }
  CryptoResult sign(std::uint32_t, std::string_view, std::string_view) override { return Secret(); }
  CryptoResult encode(std::uint32_t, std::string_view) override { return Secret(); }
  CryptoResult decode(std::uint32_t, std::string_view) override { return Secret(); }
  bool equal(std::string_view a, std::string_view b) override { return a == b; }
  std::optional<QrCode> qr_code(std::string_view) override { return std::nullopt; }

  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> all;
    for (const Asked& one : asked) all.push_back(one.line);
    return all;
  }
  [[nodiscard]] int count(std::string_view line) const {
    return static_cast<int>(std::ranges::count(asked, line, &Asked::line));
  }
};

inline constexpr const char* mcp = "https://mcp.example/mcp";
inline constexpr const char* mcp_metadata =
    "https://mcp.example/.well-known/oauth-protected-resource/mcp";
inline constexpr const char* mcp_root_metadata =
    "https://mcp.example/.well-known/oauth-protected-resource";
inline constexpr const char* auth = "https://auth.example";
inline constexpr const char* auth_metadata =
    "https://auth.example/.well-known/oauth-authorization-server";
inline constexpr const char* auth_openid = "https://auth.example/.well-known/openid-configuration";

inline std::string on(std::string_view method, std::string_view url) {
  return std::string(method) + " " + std::string(url);
}

/// Resource metadata; `more` are further members, each with a comma before it.
inline std::string resource_json(std::string_view resource = mcp, std::string_view server = auth,
                                 std::string_view more = "") {
  return R"({"resource":")" + std::string(resource) + R"(","authorization_servers":[")" +
         std::string(server) + R"("])" + std::string(more) + "}";
}

/// Server metadata with PKCE and registration.
inline std::string server_json(std::string_view issuer = auth, std::string_view more = "") {
  const std::string at(auth);
  return R"({"issuer":")" + std::string(issuer) + R"(","authorization_endpoint":")" + at +
         R"(/authorize","token_endpoint":")" + at + R"(/token","registration_endpoint":")" + at +
         R"(/register","code_challenge_methods_supported":["S256"])" + std::string(more) + "}";
}

/// A server that announces itself, and one that registers everybody.
inline DiscoveryWorld announcing_world() {
  DiscoveryWorld world;
  world.answers[on("POST", mcp)] = {
      401,
      "",
      {{"WWW-Authenticate",
        "Bearer resource_metadata=\"" + std::string(mcp_metadata) + "\", scope=\"files:read\""}}};
  world.answers[on("GET", mcp_metadata)] = {200, resource_json()};
  world.answers[on("GET", auth_metadata)] = {200, server_json()};
  world.answers[on("POST", std::string(auth) + "/register")] = {201, R"({"client_id":"client-1"})"};
  return world;
}

}  // namespace pindus::test
