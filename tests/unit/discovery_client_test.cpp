// How a sign-in at an address gets a client and what it writes down. A number before a name is that
// of a rule in tests/integration/authorization-musts.md.
#include <sys/stat.h>

#include "core/base/epoch_time.hpp"
#include "tests/unit/discovery_fixture.hpp"

using Catch::Contains;
using pindus::Json;
using pindus::Layer;
using pindus::Method;
using pindus::now_ms;
using pindus::Provider;
using pindus::ProviderDirectory;
using pindus::Secret;
using pindus::discovery::Explorer;
using pindus::discovery::OAuthClient;
using pindus::test::auth;
using pindus::test::auth_metadata;
using pindus::test::DiscoveryFixture;
using pindus::test::mcp;
using pindus::test::mcp_metadata;
using pindus::test::on;
using pindus::test::read_file;
using pindus::test::register_line;
using pindus::test::resource_json;
using pindus::test::server_json;
using pindus::test::write_file;

namespace {

std::string option(const ProviderDirectory& directory, std::string_view name,
                   std::string_view method = "oauth") {
  const Provider* provider = directory.find_provider(mcp);
  REQUIRE(provider != nullptr);
  const Method* found = provider->asked_method(method);
  REQUIRE(found != nullptr);
  return std::string(found->option(name));
}

mode_t mode_of(const std::filesystem::path& file) {
  struct stat status = {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

}  // namespace

TEST_CASE(
    "A3, R2: a client is registered as a native one, with what it will do, and kept at once") {
  DiscoveryFixture fixture;
  const auto prepared = fixture.prepare();
  REQUIRE(prepared);
  CHECK(prepared->client.id == "client-1");
  CHECK(prepared->client.token_auth == "none");
  CHECK(fixture.world.asked.size() == 4);
  const auto body = Json::parse(fixture.world.asked[3].body);
  REQUIRE(body);
  CHECK(*body->find("application_type")->as_string() == "native");
  CHECK(*body->find("token_endpoint_auth_method")->as_string() == "none");
  CHECK(body->find("grant_types")->dump() == R"(["authorization_code","refresh_token"])");
  CHECK(body->find("redirect_uris")->dump() == R"(["http://127.0.0.1:1455/callback"])");
  CHECK(mode_of(fixture.profile / "clients.json") == 0600);
  const auto kept = fixture.clients().find(auth);
  REQUIRE(kept);
  REQUIRE(*kept);
  CHECK((*kept)->id == "client-1");
  CHECK((*kept)->is_registered);
}

TEST_CASE("one registration serves all resources of a server") {
  DiscoveryFixture fixture;
  REQUIRE(fixture.prepare());
  fixture.request.address = "https://other.example/mcp";
  fixture.world.answers["GET https://other.example/.well-known/oauth-protected-resource/mcp"] = {
      200, resource_json("https://other.example/mcp")};
  const auto prepared = fixture.prepare();
  REQUIRE(prepared);
  CHECK(prepared->client.id == "client-1");
  CHECK(fixture.world.count(register_line) == 1);
}

TEST_CASE(
    "A3, R4: what a person was given counts before a registration, and is kept for its server") {
  DiscoveryFixture fixture;
  fixture.request.client_id = "given";
  REQUIRE(fixture.prepare());
  fixture.request.client_id = {};
  const auto again = fixture.prepare();
  REQUIRE(again);
  CHECK(again->client.id == "given");
  CHECK(fixture.world.count(register_line) == 0);
  CHECK_FALSE(fixture.clients().find(auth).value()->is_registered);
}

TEST_CASE(
    "A3: a client's metadata document counts before a registration, where the server takes it") {
  DiscoveryFixture fixture;
  write_file(fixture.profile / "plugins" / "mine.json",
             R"({"manifest":1,"id":"https://mcp.example/mcp",)"
             R"("client_metadata_url":"https://me.example/client.json"})");
  const ProviderDirectory directory = fixture.providers();
  fixture.request.known = directory.find_provider(mcp);
  REQUIRE(fixture.request.known != nullptr);
  fixture.say(R"(,"client_id_metadata_document_supported":true)");
  const auto prepared = fixture.prepare();
  REQUIRE(prepared);
  CHECK(prepared->client.id == "https://me.example/client.json");
  CHECK(fixture.world.asked.size() == 3);
  fixture.say("");
  CHECK(fixture.prepare()->client.id == "client-1");
}

TEST_CASE(
    "S1: a secret is registered where the server takes nothing else, and no manifest has it") {
  DiscoveryFixture fixture;
  fixture.say(R"(,"token_endpoint_auth_methods_supported":["client_secret_basic"])");
  const auto ends = std::to_string(now_ms() / 1000 + 3600);
  fixture.world.answers[register_line] = {
      201, R"({"client_id":"c","client_secret":"s3cr3t-value","client_secret_expires_at":)" + ends +
               "}"};
  const auto prepared = fixture.prepare();
  REQUIRE(prepared);
  CHECK(prepared->client.token_auth == "basic");
  CHECK(prepared->client.secret.view() == "s3cr3t-value");
  CHECK_THAT(fixture.world.asked[3].body, Contains("client_secret_basic"));
  CHECK_THAT(fixture.manifest(), !Contains("s3cr3t-value"));
  CHECK(mode_of(fixture.profile / "clients.json") == 0600);
  CHECK(fixture.prepare());
  CHECK(fixture.world.count(register_line) == 1);
}

TEST_CASE("a client whose secret has ended is registered anew") {
  DiscoveryFixture fixture;
  OAuthClient old{.id = "old"};
  old.secret = Secret(std::string_view("s"));
  old.secret_ends_s = now_ms() / 1000 + 10;
  old.is_registered = true;
  REQUIRE(fixture.clients().put(auth, old));
  CHECK(fixture.prepare()->client.id == "client-1");
}

TEST_CASE("the server's answer to a registration counts, not the wish") {
  DiscoveryFixture fixture;
  fixture.world.answers[register_line] = {
      201,
      R"({"client_id":"c","client_secret":"s","token_endpoint_auth_method":"client_secret_post"})"};
  CHECK(fixture.prepare()->client.token_auth == "post");
}

TEST_CASE("R3: where nobody registers clients a person is asked, and told why") {
  DiscoveryFixture fixture;
  fixture.world.answers[register_line] = {
      403, R"({"error":"access_denied","error_description":"closed"})"};
  fixture.person.lines = {"by-hand", ""};
  const auto prepared = fixture.prepare();
  REQUIRE(prepared);
  CHECK(prepared->client.id == "by-hand");
  CHECK(prepared->client.token_auth == "none");
  CHECK_THAT(fixture.person.noticed[0], Contains("HTTP 403, access_denied, closed") &&
                                            Contains("http://127.0.0.1:1455/callback"));
  CHECK(fixture.prepare()->client.id == "by-hand");

  DiscoveryFixture nobody;
  nobody.world.answers[register_line] = {403};
  nobody.person.person = false;
  const auto refused = nobody.prepare();
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().hint, Contains("--set client=ID"));
}

TEST_CASE("an answer without a client is no client") {
  DiscoveryFixture fixture;
  fixture.person.person = false;
  fixture.world.answers[register_line] = {
      201, GENERATE("", "{}", "[]", R"({"client_id":1})", R"({"client_id":""})",
                    R"({"client_id":"c","token_endpoint_auth_method":"tls_client_auth"})")};
  CHECK_FALSE(fixture.prepare());
  CHECK_FALSE(std::filesystem::exists(fixture.profile / "discovered"));
}

TEST_CASE("A5: what is asked for is the challenge's scope, else the resource's, else nothing") {
  DiscoveryFixture fixture;
  CHECK(fixture.prepare()->scope == "files:read");
  fixture.world.answers[on("POST", mcp)] = {401};
  fixture.world.answers[on("GET", mcp_metadata)] = {
      200, resource_json(mcp, auth, R"(,"scopes_supported":["a","b"])")};
  CHECK(fixture.prepare()->scope == "a b");
  fixture.world.answers[on("GET", mcp_metadata)] = {200, resource_json()};
  CHECK(fixture.prepare()->scope.empty());
}

TEST_CASE("offline_access is asked for where the server knows it, with consent") {
  DiscoveryFixture fixture;
  fixture.say(R"(,"scopes_supported":["offline_access","openid"])");
  CHECK(fixture.prepare()->scope == "files:read offline_access");
  CHECK(option(fixture.providers(), "prompt") == "consent");
}

TEST_CASE("more scope is asked for besides what was granted") {
  DiscoveryFixture fixture;
  fixture.request.granted_scope = "files:read offline_access";
  fixture.request.wanted_scope = "files:write";
  CHECK(fixture.prepare()->scope == "files:read offline_access files:write");
}

TEST_CASE("A6, A10: the manifest has resource, issuer and whether iss has to come, as options") {
  DiscoveryFixture fixture;
  fixture.world.answers[on("GET", auth_metadata)] = {
      200,
      R"({"issuer":"https://auth.example","code_challenge_methods_supported":["S256"],)"
      R"("authorization_endpoint":"https://auth.example/a?resource=https%3A%2F%2Fx&keep=1",)"
      R"("token_endpoint":"https://auth.example/t","revocation_endpoint":"https://auth.example/r",)"
      R"("registration_endpoint":"https://auth.example/register",)"
      R"("device_authorization_endpoint":"https://auth.example/d",)"
      R"("authorization_response_iss_parameter_supported":true})"};
  REQUIRE(fixture.prepare());
  const ProviderDirectory directory = fixture.providers();
  CHECK(option(directory, "resource") == mcp);
  CHECK(option(directory, "issuer") == auth);
  CHECK(option(directory, "iss_required") == "true");
  CHECK(option(directory, "authorize_url") == "https://auth.example/a?keep=1");
  CHECK(option(directory, "revoke_url") == "https://auth.example/r");
  CHECK(option(directory, "device_code_url", "device") == "https://auth.example/d");
  const Provider* provider = directory.find_provider("HTTPS://MCP.Example/mcp");
  REQUIRE(provider != nullptr);
  CHECK(directory.find_provider("https://mcp.example/MCP") == nullptr);
  CHECK(provider->network == "");
  CHECK(provider->files[0].layer == Layer::discovered);
  CHECK(provider->api.base_url == "https://mcp.example");
  CHECK(mode_of(provider->files[0].path) == 0600);
}

TEST_CASE("a person's own file goes over what was discovered") {
  DiscoveryFixture fixture;
  REQUIRE(fixture.prepare());
  write_file(fixture.profile / "plugins" / "mine.json",
             R"({"manifest":1,"id":"https://MCP.example/mcp","label":"Mine",)"
             R"("methods":{"oauth":{"options":{"scope":"mine"}}}})");
  CHECK(option(fixture.providers(), "scope") == "mine");
  CHECK(fixture.providers().find_provider(mcp)->label == "Mine");
}

TEST_CASE("a discovered file that is broken refuses what it may be about, and no other") {
  DiscoveryFixture fixture;
  REQUIRE(fixture.prepare());
  write_file(fixture.profile / "discovered" / "abc.json", "{");
  const ProviderDirectory directory = fixture.providers();
  CHECK(directory.find_provider(mcp)->refused);
  CHECK(directory.refusals().find("openai") == nullptr);
}

TEST_CASE("a discovered file describes no provider by name") {
  DiscoveryFixture fixture;
  write_file(fixture.profile / "discovered" / "abc.json",
             R"({"manifest":1,"id":"anthropic","label":"Not they"})");
  const ProviderDirectory directory = fixture.providers();
  CHECK(directory.find_provider("anthropic") == nullptr);
  CHECK(directory.warnings().size() == 1);
}

TEST_CASE("D1, R5: another server than before is told of, and gets a client of its own") {
  DiscoveryFixture fixture;
  REQUIRE(fixture.prepare());
  fixture.world.answers[on("GET", mcp_metadata)] = {200, resource_json(mcp, "https://new.example")};
  fixture.world.answers["GET https://new.example/.well-known/oauth-authorization-server"] = {
      200, server_json("https://new.example")};
  const ProviderDirectory before = fixture.providers();
  fixture.request.known = before.find_provider(mcp);
  const auto prepared = fixture.prepare();
  REQUIRE(prepared);
  CHECK(prepared->has_other_server);
  CHECK(fixture.world.count(register_line) == 2);
  // What belonged to the one before is taken back there.
  OAuthClient old{.id = "client-1"};
  old.is_registered = true;
  old.registration_uri = "https://auth.example/register/client-1";
  old.registration_token = Secret(std::string_view("manage"));
  REQUIRE(fixture.clients().put(auth, old));
  fixture.world.answers["DELETE https://auth.example/register/client-1"] = {204};
  Explorer explorer(fixture.world, {});
  const auto gone = pindus::discovery::leave_server(
      explorer,
      {.profile = fixture.profile.path(), .services = fixture.world, .io = fixture.person},
      *before.find_provider(mcp), fixture.providers());
  REQUIRE(gone);
  CHECK(*gone == true);
  CHECK(fixture.world.asked.back().headers.at("Authorization") == "Bearer manage");
  CHECK_FALSE(fixture.clients().find(auth).value());
  CHECK(fixture.clients().find("https://new.example").value());
}

TEST_CASE("an exception that a person made holds for the next time, with its reason") {
  DiscoveryFixture fixture;
  fixture.world.answers[on("GET", auth_metadata)] = {200, server_json("https://auth.example/")};
  CHECK_FALSE(fixture.prepare());
  fixture.request.allowed_issuer = "https://auth.example/";
  REQUIRE(fixture.prepare());
  CHECK_THAT(fixture.manifest(), Contains("\"reason\":\"https://auth.example calls itself"));
  const ProviderDirectory directory = fixture.providers();
  fixture.request.allowed_issuer = {};
  fixture.request.known = directory.find_provider(mcp);
  CHECK(fixture.prepare());
}

TEST_CASE("a clients.json that isn't understood is not written over") {
  DiscoveryFixture fixture;
  write_file(fixture.profile / "clients.json", "[1]");
  const auto refused = fixture.prepare();
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains("clients.json can't be understood"));
  CHECK(read_file(fixture.profile / "clients.json") == "[1]");
}

TEST_CASE("what a clients.json holds besides stays") {
  DiscoveryFixture fixture;
  const std::string before =
      "{\"https://x.example\": {\"client_id\": \"x\", \"note\": 1}, \"_\": null}\n";
  write_file(fixture.profile / "clients.json", before);
  REQUIRE(fixture.prepare());
  CHECK_THAT(read_file(fixture.profile / "clients.json"),
             Contains("\"https://x.example\": {\"client_id\": \"x\", \"note\": 1}, \"_\": null"));
  REQUIRE(fixture.clients().remove(auth));
  CHECK_THAT(read_file(fixture.profile / "clients.json"), Contains("\"note\": 1"));
}
