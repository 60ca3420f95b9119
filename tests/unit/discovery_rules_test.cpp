// What else a client must do at an address, besides finding its server and registering there: a
// number before a name is that of a rule in tests/integration/authorization-musts.md.
#include "tests/unit/discovery_fixture.hpp"

using Catch::Contains;
using pindus::Json;
using pindus::Secret;
using pindus::discovery::OAuthClient;
using pindus::test::auth;
using pindus::test::auth_metadata;
using pindus::test::auth_openid;
using pindus::test::DiscoveryFixture;
using pindus::test::mcp;
using pindus::test::mcp_metadata;
using pindus::test::on;
using pindus::test::register_line;
using pindus::test::resource_json;
using pindus::test::server_json;
using pindus::test::write_file;

namespace {

constexpr const char* managed = "https://auth.example/register/client-1";

// As it was kept by a sign-in before.
void keep_registration(const DiscoveryFixture& fixture, const std::string& place = managed) {
  OAuthClient client{.id = "client-1", .token_auth = "none", .registration_uri = place};
  if (!place.empty()) client.registration_token = Secret(std::string_view("manage"));
  client.is_registered = true;
  REQUIRE(fixture.clients().put(auth, client));
}

}  // namespace

TEST_CASE("a registration that is there is asked after, within the four requests") {
  DiscoveryFixture fixture;
  keep_registration(fixture);
  fixture.world.answers[on("GET", managed)] = {200, R"({"client_id":"client-1"})"};
  const auto prepared = fixture.prepare();
  REQUIRE(prepared);
  CHECK(prepared->client.id == "client-1");
  CHECK_FALSE(prepared->is_client_unproven);
  CHECK(fixture.world.asked.size() == 4);
  CHECK(fixture.world.asked[3].headers.at("Authorization") == "Bearer manage");
}

TEST_CASE("what the server gives in the place of a registration's secrets is kept") {
  DiscoveryFixture fixture;
  keep_registration(fixture);
  fixture.world.answers[on("GET", managed)] = {
      200, R"({"client_id":"client-1","client_secret":"new","registration_access_token":"newer"})"};
  REQUIRE(fixture.prepare());
  const auto kept = fixture.clients().find(auth).value();
  REQUIRE(kept);
  CHECK(kept->secret.view() == "new");
  CHECK(kept->registration_token.view() == "newer");
  CHECK(kept->registration_uri == managed);
  CHECK(kept->is_registered);
}

TEST_CASE("a registration that the server has forgotten is made anew, and that is said") {
  const int status = GENERATE(401, 404);
  DiscoveryFixture fixture;
  keep_registration(fixture);
  fixture.world.answers[on("GET", managed)] = {status};
  fixture.world.answers[register_line] = {201, R"({"client_id":"client-2"})"};
  const auto prepared = fixture.prepare();
  REQUIRE(prepared);
  CHECK(prepared->client.id == "client-2");
  CHECK_FALSE(prepared->is_client_unproven);
  REQUIRE(fixture.person.noticed.size() == 1);
  CHECK_THAT(fixture.person.noticed[0], Contains("doesn't know the client client-1 any more"));
  CHECK(fixture.clients().find(auth).value()->id == "client-2");
}

TEST_CASE("a server that can't say whether it knows a client is no reason for another") {
  DiscoveryFixture fixture;
  SECTION("it fails") {
    keep_registration(fixture);
    fixture.world.answers[on("GET", managed)] = {GENERATE(403, 405, 500)};
  }
  SECTION("it answers something else") {
    keep_registration(fixture);
    fixture.world.answers[on("GET", managed)] = {
        200, GENERATE("", "[]", R"({"client_id":"other","client_secret":"other's"})")};
  }
  SECTION("it is asked in a private network, or in the clear") {
    keep_registration(fixture, GENERATE("https://10.0.0.1/register", "http://auth.example/r"));
  }
  SECTION("it gave no address for that") {
    keep_registration(fixture, "");
  }
  const auto prepared = fixture.prepare();
  REQUIRE(prepared);
  CHECK(prepared->client.id == "client-1");
  CHECK(prepared->client.secret.empty());
  CHECK(prepared->is_client_unproven);
  CHECK(fixture.world.count(register_line) == 0);
}

TEST_CASE("a person who wants a new client gets one, whichever was kept") {
  DiscoveryFixture fixture;
  fixture.request.wants_new_client = true;
  fixture.world.answers[register_line] = {201, R"({"client_id":"client-2"})"};
  SECTION("a registration") {
    keep_registration(fixture);
  }
  SECTION("one that was given") {
    REQUIRE(fixture.clients().put(auth, {.id = "given", .token_auth = "none"}));
  }
  const auto prepared = fixture.prepare();
  REQUIRE(prepared);
  CHECK(prepared->client.id == "client-2");
  CHECK_FALSE(prepared->is_client_unproven);
  CHECK(fixture.world.asked.size() == 4);
  CHECK(fixture.clients().find(auth).value()->id == "client-2");
}

TEST_CASE("A4, A5: a challenge's scope counts as it is, whatever the resource lists") {
  DiscoveryFixture fixture;
  const std::string listed = GENERATE("\"files:read\",\"files:write\"", "\"other\"", "");
  fixture.world.answers[on("GET", mcp_metadata)] = {
      200, resource_json(mcp, auth, ",\"scopes_supported\":[" + listed + "]")};
  fixture.say(",\"scopes_supported\":[" + listed + "]");
  CHECK(fixture.prepare()->scope == "files:read");
  // Also where a person wants more.
  fixture.request.wanted_scope = "mine";
  CHECK(fixture.prepare()->scope == "files:read mine");
}

TEST_CASE("A13: the resource is asked for though no metadata says that the server knows of it") {
  DiscoveryFixture fixture;
  REQUIRE(fixture.prepare());
  const auto manifest = Json::parse(fixture.manifest());
  REQUIRE(manifest);
  CHECK(*manifest->text_at("/methods/oauth/options/resource") == mcp);
}

TEST_CASE("D1, D2: of two servers each gets a client of its own, and none hears of the other's") {
  DiscoveryFixture fixture;
  REQUIRE(fixture.prepare());
  const std::string other = "https://other.example";
  fixture.request.address = other + "/mcp";
  fixture.world.answers["GET https://other.example/.well-known/oauth-protected-resource/mcp"] = {
      200, resource_json(fixture.request.address, other)};
  fixture.world.answers["GET https://other.example/.well-known/oauth-authorization-server"] = {
      200, R"({"issuer":"https://other.example","code_challenge_methods_supported":["S256"],)"
           R"("authorization_endpoint":"https://other.example/a",)"
           R"("token_endpoint":"https://other.example/t",)"
           R"("registration_endpoint":"https://other.example/register"})"};
  fixture.world.answers["POST https://other.example/register"] = {201, R"({"client_id":"theirs"})"};
  CHECK(fixture.prepare()->client.id == "theirs");
  for (const auto& asked : fixture.world.asked) CHECK_FALSE(asked.body.contains("client-1"));
  CHECK(fixture.clients().find(auth).value()->id == "client-1");
  CHECK(fixture.clients().find(other).value()->id == "theirs");
}

TEST_CASE("D6, D7: of a server with a path all three places are asked, in their order") {
  DiscoveryFixture fixture;
  const std::string tenant = std::string(auth) + "/tenant1";
  fixture.world.answers[on("GET", mcp_metadata)] = {200, resource_json(mcp, tenant)};
  const std::string last = tenant + "/.well-known/openid-configuration";
  fixture.world.answers[on("GET", last)] = {200, server_json(tenant)};
  REQUIRE(fixture.prepare());
  const auto lines = fixture.world.lines();
  REQUIRE(lines.size() == 6);
  CHECK(lines[2] == on("GET", std::string(auth_metadata) + "/tenant1"));
  CHECK(lines[3] == on("GET", std::string(auth_openid) + "/tenant1"));
  CHECK(lines[4] == on("GET", last));
}

TEST_CASE(
    "R1: a client's document is at an https address with a path, or its manifest is refused") {
  DiscoveryFixture fixture;
  const auto refused_with = [&](const std::string& address) {
    write_file(fixture.profile / "plugins" / "mine.json",
               R"({"manifest":1,"id":"https://mcp.example/mcp","client_metadata_url":")" + address +
                   "\"}");
    const auto directory = fixture.providers();
    return directory.refusals().find(mcp) != nullptr;
  };
  CHECK_FALSE(refused_with("https://me.example/client.json"));
  for (const char* bad :
       {"http://me.example/client.json", "https://me.example", "https://me.example/",
        "https://user@me.example/c", "https://me.example/c#d", "me.example/c"}) {
    INFO(bad);
    CHECK(refused_with(bad));
  }
}

TEST_CASE("R3: a server that takes no redirect URI of ours says so to the person") {
  DiscoveryFixture fixture;
  fixture.person.person = false;
  fixture.world.answers[register_line] = {
      400, R"({"error":"invalid_redirect_uri","error_description":"only https"})"};
  const auto refused = fixture.prepare();
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains("invalid_redirect_uri, only https"));
  CHECK_THAT(refused.error().hint, Contains("redirect URI http://127.0.0.1:1455/callback"));
}

TEST_CASE("S2: no endpoint of a server is asked without encryption") {
  const std::string endpoint =
      GENERATE("authorization_endpoint", "token_endpoint", "registration_endpoint",
               "revocation_endpoint", "device_authorization_endpoint");
  std::string metadata =
      R"({"issuer":"https://auth.example","code_challenge_methods_supported":["S256"])";
  for (const char* name : {"authorization_endpoint", "token_endpoint", "registration_endpoint",
                           "revocation_endpoint", "device_authorization_endpoint"}) {
    const std::string scheme = endpoint == name ? "http" : "https";
    metadata += ",\"" + std::string(name) + "\":\"" + scheme + "://auth.example/" + name + "\"";
  }
  DiscoveryFixture fixture;
  fixture.world.answers[on("GET", auth_metadata)] = {200, metadata + "}"};
  const auto refused = fixture.prepare();
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains("without encryption"));
  CHECK(fixture.world.asked.size() == 3);
}

TEST_CASE("S3, S9: the browser is sent back to what was registered, on this computer") {
  DiscoveryFixture fixture;
  REQUIRE(fixture.prepare());
  const auto registered = Json::parse(fixture.world.asked.back().body);
  const auto manifest = Json::parse(fixture.manifest());
  REQUIRE(registered);
  REQUIRE(manifest);
  const std::string asked_for = *manifest->text_at("/methods/oauth/options/redirect_uri");
  CHECK(registered->find("redirect_uris")->dump() == "[\"" + asked_for + "\"]");
  CHECK(asked_for.starts_with("http://127.0.0.1:"));
}

TEST_CASE("S5, S8: OpenID Connect's metadata without PKCE's methods is refused, too") {
  DiscoveryFixture fixture;
  fixture.world.answers.erase(on("GET", auth_metadata));
  fixture.world.answers[on("GET", auth_openid)] = {
      200, R"({"issuer":"https://auth.example","authorization_endpoint":"https://auth.example/a",)"
           R"("token_endpoint":"https://auth.example/t"})"};
  const auto refused = fixture.prepare();
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains("PKCE"));
  CHECK(fixture.world.count(register_line) == 0);
}
