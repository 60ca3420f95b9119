// The first steps of a sign-in at an address: challenge, metadata of the resource and the server,
// PKCE. A number before a name is that of a rule in tests/integration/authorization-musts.md.
#include <catch2/catch.hpp>

#include "tests/unit/discovery_world.hpp"

using Catch::Contains;
using pindus::Result;
using pindus::discovery::Explorer;
using pindus::discovery::find_server;
using pindus::discovery::FoundServer;
using pindus::test::announcing_world;
using pindus::test::auth;
using pindus::test::auth_metadata;
using pindus::test::auth_openid;
using pindus::test::DiscoveryWorld;
using pindus::test::mcp;
using pindus::test::mcp_metadata;
using pindus::test::mcp_root_metadata;
using pindus::test::on;
using pindus::test::resource_json;
using pindus::test::server_json;

namespace {

Result<FoundServer> found_in(DiscoveryWorld& world, const std::string& address = mcp,
                             const std::string& allowed = "") {
  Explorer explorer(world, {});
  return find_server(explorer, {.address = address, .allowed_issuer = allowed});
}

std::string fault_in(DiscoveryWorld& world, const std::string& address = mcp) {
  const auto found = found_in(world, address);
  REQUIRE_FALSE(found);
  CHECK(found.error().label == "Sign-in failed");
  return found.error().message + " | " + found.error().hint;
}

}  // namespace

TEST_CASE("A1, D3, D5: the challenge of a 401 leads to the metadata, in three requests") {
  DiscoveryWorld world = announcing_world();
  const auto found = found_in(world);
  REQUIRE(found);
  CHECK(world.lines() ==
        std::vector{on("POST", mcp), on("GET", mcp_metadata), on("GET", auth_metadata)});
  CHECK(found->resource == mcp);
  CHECK(found->identifier == auth);
  CHECK(found->challenged_scope == "files:read");
  CHECK(found->server.token_endpoint == "https://auth.example/token");
  CHECK_FALSE(found->is_exception);
  // Metadata requests say which protocol they are for, the first one carries no token.
  CHECK(world.asked[1].headers.contains("MCP-Protocol-Version"));
  CHECK_FALSE(world.asked[0].headers.contains("Authorization"));
  CHECK_THAT(world.asked[0].body, Contains("\"method\":\"initialize\""));
}

TEST_CASE("D4: without a word in the challenge the path's metadata is asked for, then the root's") {
  DiscoveryWorld world = announcing_world();
  world.answers[on("POST", mcp)] = {401, "", {{"WWW-Authenticate", "Bearer"}}};
  REQUIRE(found_in(world));
  CHECK(world.count(on("GET", mcp_metadata)) == 1);
  CHECK(world.count(on("GET", mcp_root_metadata)) == 0);

  world.answers.erase(on("GET", mcp_metadata));
  world.answers[on("GET", mcp_root_metadata)] = {200, resource_json()};
  REQUIRE(found_in(world));
  CHECK(world.count(on("GET", mcp_root_metadata)) == 1);
}

TEST_CASE("D4: a server that answers 200 to initialize has metadata in the usual places") {
  DiscoveryWorld world = announcing_world();
  world.answers[on("POST", mcp)] = {200, "{}"};
  CHECK(found_in(world));
}

TEST_CASE("D3: where the challenge names metadata no other counts") {
  DiscoveryWorld world = announcing_world();
  world.answers[on("GET", mcp_metadata)] = {404};
  world.answers[on("GET", mcp_root_metadata)] = {200, resource_json()};
  CHECK_THAT(fault_in(world), Contains("answered HTTP 404"));
  CHECK(world.count(on("GET", mcp_root_metadata)) == 0);
}

TEST_CASE("A11: the metadata of another resource isn't used") {
  DiscoveryWorld world = announcing_world();
  const std::string other =
      GENERATE("https://mcp.example/other", "https://mcp.example", "https://mcp.example/MCP",
               "https://evil.example/mcp", "https://mcp.example/mcp/");
  world.answers[on("GET", mcp_metadata)] = {200, resource_json(other)};
  CHECK_THAT(fault_in(world), Contains("is the metadata of " + other));
  CHECK(world.count(on("GET", auth_metadata)) == 0);
}

TEST_CASE(
    "A12: scheme and host of a resource are compared without case, an empty path is a slash") {
  DiscoveryWorld world = announcing_world();
  world.answers[on("GET", mcp_metadata)] = {200, resource_json("HTTPS://MCP.example/mcp")};
  const auto found = found_in(world);
  REQUIRE(found);
  // The server knows the resource by its own spelling.
  CHECK(found->resource == "HTTPS://MCP.example/mcp");
  world.answers[on("GET", mcp_root_metadata)] = {200, resource_json("https://mcp.example/")};
  CHECK(found_in(world, "https://mcp.example"));
}

TEST_CASE("A1: a resource without an authorization server is refused") {
  DiscoveryWorld world = announcing_world();
  world.answers[on("GET", mcp_metadata)] = {
      200, R"({"resource":"https://mcp.example/mcp","authorization_servers":[]})"};
  CHECK_THAT(fault_in(world), Contains("names no authorization server"));
}

TEST_CASE("of several authorization servers the one that is known counts, else the first") {
  DiscoveryWorld world = announcing_world();
  world.answers[on("GET", mcp_metadata)] = {
      200, resource_json(mcp, "https://first.example\",\"https://auth.example")};
  Explorer explorer(world, {});
  const auto found = find_server(explorer, {.address = mcp, .known_server = auth});
  REQUIRE(found);
  CHECK(found->identifier == auth);
  Explorer other(world, {});
  CHECK_FALSE(find_server(other, {.address = mcp}));
  CHECK(world.count("GET https://first.example/.well-known/oauth-authorization-server") == 1);
}

TEST_CASE("A2, D6: OpenID Connect's metadata serves where RFC 8414's isn't there") {
  DiscoveryWorld world = announcing_world();
  world.answers.erase(on("GET", auth_metadata));
  world.answers[on("GET", auth_openid)] = {200, server_json()};
  REQUIRE(found_in(world));
  CHECK(world.asked.size() == 4);
}

TEST_CASE("D9: metadata whose issuer isn't identical is not used") {
  const std::string issuer =
      GENERATE("https://auth.example/", "https://other.example", "https://AUTH.example",
               "https://auth.example:443", "https://auth.example/tenant");
  DiscoveryWorld world = announcing_world();
  world.answers[on("GET", auth_metadata)] = {200, server_json(issuer)};
  const std::string said = fault_in(world);
  CHECK_THAT(said, Contains("is the metadata of " + issuer));
  CHECK_THAT(said, Contains("--allow-issuer " + issuer));

  const auto allowed = found_in(world, mcp, issuer);
  REQUIRE(allowed);
  CHECK(allowed->is_exception);
  CHECK(allowed->issuer() == issuer);
  CHECK(allowed->identifier == auth);
  CHECK_FALSE(found_in(world, mcp, "https://third.example"));
}

TEST_CASE("S5, S7: without S256 a sign-in is refused") {
  DiscoveryWorld world = announcing_world();
  const std::string methods = GENERATE("", R"("code_challenge_methods_supported":["plain"],)",
                                       R"("code_challenge_methods_supported":[],)");
  world.answers[on("GET", auth_metadata)] = {
      200,
      R"({"issuer":"https://auth.example",)" + methods +
          R"("authorization_endpoint":"https://auth.example/a","token_endpoint":"https://auth.example/t"})"};
  CHECK_THAT(fault_in(world), Contains("PKCE"));
}

TEST_CASE("an address without resource metadata is taken for a server's own") {
  DiscoveryWorld world = announcing_world();
  const auto found = found_in(world, auth);
  REQUIRE(found);
  CHECK(found->resource.empty());
  CHECK(found->identifier == auth);
  CHECK(found_in(world, "https://auth.example/"));
  CHECK_THAT(fault_in(world, "https://nobody.example"),
             Contains("doesn't say who signs people in there"));
}

TEST_CASE("S2: requests that strangers name stay out of private networks") {
  DiscoveryWorld world = announcing_world();
  SECTION("by the address that the name leads to") {
    world.places["auth.example"] = {10, 0, 0, 1};
    CHECK_THAT(fault_in(world), Contains("https://mcp.example/mcp names the authorization server "
                                         "auth.example"));
    CHECK(world.asked.size() == 2);
    // In the same network it may.
    world.places["mcp.example"] = {10, 9, 9, 9};
    CHECK(found_in(world));
  }
  SECTION("by its spelling, since a proxy would look it up") {
    const std::string server = GENERATE("https://169.254.169.254", "https://[::1]:8443",
                                        "https://localhost", "https://192.168.1.1");
    world.answers[on("GET", mcp_metadata)] = {200, resource_json(mcp, server)};
    CHECK_THAT(fault_in(world), Contains("private network"));
    CHECK(world.asked.size() == 2);
  }
  SECTION("and are encrypted") {
    world.answers[on("GET", mcp_metadata)] = {200, resource_json(mcp, "http://auth.example")};
    CHECK_THAT(fault_in(world), Contains("without encryption"));
    CHECK(world.asked.size() == 2);
  }
}

TEST_CASE("an endpoint that couldn't be asked is refused before a person consents") {
  const std::string endpoint =
      GENERATE("http://auth.example/t", "https://10.0.0.1/t", "https://localhost/t");
  const std::string which = GENERATE("revocation_endpoint", "device_authorization_endpoint");
  DiscoveryWorld world = announcing_world();
  world.answers[on("GET", auth_metadata)] = {
      200, server_json(auth, ",\"" + which + "\":\"" + endpoint + "\"")};
  CHECK_THAT(fault_in(world), Contains("https://auth.example names"));
}

TEST_CASE("a resource on this computer may have a server there, in the clear") {
  DiscoveryWorld world;
  world.places["127.0.0.1:3000"] = {127, 0, 0, 1};
  world.places["127.0.0.1:3001"] = {127, 0, 0, 1};
  const std::string address = "http://127.0.0.1:3000/mcp";
  world.answers["GET http://127.0.0.1:3000/.well-known/oauth-protected-resource/mcp"] = {
      200, resource_json(address, "http://127.0.0.1:3001")};
  world.answers["GET http://127.0.0.1:3001/.well-known/oauth-authorization-server"] = {
      200, server_json("http://127.0.0.1:3001")};
  CHECK(found_in(world, address));
}

TEST_CASE("a redirect is not followed, and a document of more than 64 KiB not read") {
  DiscoveryWorld world = announcing_world();
  SECTION("redirect") {
    world.answers[on("GET", mcp_metadata)] = {302, "", {{"Location", "https://evil.example/"}}};
    CHECK_THAT(fault_in(world), Contains("answered HTTP 302"));
  }
  SECTION("size") {
    world.answers[on("GET", mcp_metadata)] = {200, std::string(70'000, ' ')};
    fault_in(world);
  }
  CHECK(world.asked.size() == 2);
}

TEST_CASE("a discovery makes no more than ten requests") {
  DiscoveryWorld world;
  Explorer explorer(world, {});
  for (int i = 0; i < 10; ++i) CHECK(explorer.get("https://a.example/", "x"));
  CHECK_FALSE(explorer.get("https://a.example/", "x"));
  CHECK(world.asked.size() == 10);
}
