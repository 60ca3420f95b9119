#include <catch2/catch.hpp>

#include <pindus/flows/authorization_code.hpp>

#include "core/base/json.hpp"
#include "tests/abi/fake_host.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/services_keys.hpp"

namespace pindus::test {
namespace {

struct Client {
  FakeHost host;
  Client() {
    host.options = {{"client_id", "client"}, {"token_url", "https://login.example/token"}};
    host.stored = {{"access", "a-0"}, {"refresh", "r-0"}};
  }
  int32_t refresh() {
    host.server = {{200, token_answer, {}}};
    sdk::Session session(host.table(), host.session());
    const int32_t code = sdk::AuthorizationCodeFlow(session).refresh().code();
    CHECK(host.live_handles() == 0);
    return code;
  }
  [[nodiscard]] const FakeRequest& request() const { return host.requests.at(0); }
  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = request().headers.find(name);
    return found == request().headers.end() ? "(none)" : found->second;
  }
};

TEST_CASE("basic encodes id and secret as a form does, then in base64") {
  Client client;
  client.host.options["client_id"] = "client 1:x";
  client.host.options["client_secret"] = "a+b/= %\xC3\xA4";
  client.host.options["token_auth"] = "basic";
  REQUIRE(client.refresh() == PINDUS_OK);
  // base64 of client+1%3Ax:a%2Bb%2F%3D+%25%C3%A4
  CHECK(client.header("Authorization") == "Basic Y2xpZW50KzElM0F4OmElMkJiJTJGJTNEKyUyNSVDMyVBNA==");
  CHECK(client.request().field("client_id") == "(none)");
  CHECK(client.request().field("client_secret") == "(none)");
}

TEST_CASE("a secret is posted where there is one, unless token_auth says otherwise") {
  struct Case {
    std::string token_auth;
    std::string sent;
  };
  const auto said = GENERATE(Case{"", "hush"}, Case{"post", "hush"},
                             Case{"client_secret_post", "hush"}, Case{"none", "(none)"});
  Client client;
  client.host.options["client_secret"] = "hush";
  if (!said.token_auth.empty()) client.host.options["token_auth"] = said.token_auth;
  REQUIRE(client.refresh() == PINDUS_OK);
  CHECK(client.request().field("client_secret") == said.sent);
  CHECK(client.request().field("client_id") == "client");
  CHECK(client.header("Authorization") == "(none)");
}

TEST_CASE("a secret that was kept serves a refresh, and without one only a new sign-in helps") {
  Client client;
  client.host.options["token_auth"] = "basic";
  SECTION("kept") {
    client.host.drawer["clientSecret"] = "kept";
    CHECK(client.refresh() == PINDUS_OK);
    CHECK(client.header("Authorization") == "Basic Y2xpZW50OmtlcHQ=");
  }
  SECTION("neither") {
    CHECK(client.refresh() == PINDUS_REJECTED);
    CHECK_THAT(client.host.error, Catch::Contains("Client secret"));
    CHECK(client.host.requests.empty());
  }
}

TEST_CASE("private_key_jwt sends an assertion that says what RFC 7523 wants") {
  Client client;
  client.host.options["token_auth"] = "private_key_jwt";
  client.host.options["key_id"] = "k-1";
  const TemporaryDirectory folder;
  std::string pem = rsa_key;
  SECTION("the key in the option") {
    client.host.options["private_key"] = pem;
  }
  SECTION("its line breaks as a variable has them") {
    for (size_t at = 0; (at = pem.find('\n', at)) != std::string::npos;) pem.replace(at, 1, "\\n");
    client.host.options["private_key"] = pem;
  }
  SECTION("the key's file") {
    write_file(folder / "key.pem", pem);
    client.host.options["private_key"] = folder / "key.pem";
  }
  SECTION("as it was kept") {
    client.host.drawer["privateKey"] = pem;
  }
  REQUIRE(client.refresh() == PINDUS_OK);
  CHECK(client.request().field("client_assertion_type") ==
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
  const std::string assertion = client.request().field("client_assertion");
  const auto part = [&](int index) {
    size_t begin = 0;
    for (; index > 0; --index) begin = assertion.find('.', begin) + 1;
    sdk::Session session(client.host.table(), client.host.session());
    const auto decoded = session.decode(
        PINDUS_ENCODING_BASE64URL, assertion.substr(begin, assertion.find('.', begin) - begin));
    return *Json::parse(*decoded->text());
  };
  CHECK(part(0).dump() == R"({"alg":"RS256","typ":"JWT","kid":"k-1"})");
  const Json claims = part(1);
  CHECK(*claims.find("iss")->as_string() == "client");
  CHECK(*claims.find("sub")->as_string() == "client");
  CHECK(*claims.find("aud")->as_string() == "https://login.example/token");
  const std::int64_t issued = claims.find("iat")->as_integer().value();
  CHECK(issued == client.host.now_ms / 1000);
  CHECK(claims.find("exp")->as_integer().value() == issued + 300);
  CHECK(claims.find("jti")->as_string()->size() >= 16);
}

TEST_CASE("a key that is none, or can't be read, ends it before the server is asked") {
  struct Case {
    std::string key;
    std::string says;
  };
  const auto bad =
      GENERATE(Case{"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----", ""},
               Case{"missing.pem", "missing.pem: No such file"},
               Case{"large", "larger than 64 KiB"}, Case{"", "no regular file"});
  const TemporaryDirectory folder;
  write_file(folder / "large", std::string(70'000, 'x'));
  Client client;
  client.host.options["token_auth"] = "private_key_jwt";
  client.host.options["private_key"] =
      bad.key.starts_with("-----") ? bad.key : std::string(folder / bad.key);
  CHECK(client.refresh() == PINDUS_INVALID_KEY);
  CHECK_THAT(client.host.error, Catch::Contains(bad.says));
  CHECK(client.host.requests.empty());
}

TEST_CASE("a token request has every resource and the manifest's own parameters") {
  Client client;
  client.host.options["resource"] = "https://api.example/a https://api.example/b";
  client.host.options["token_params"] = "audience=https%3A%2F%2Fapi.example&x=a+b";
  SECTION("in a form") {
    REQUIRE(client.refresh() == PINDUS_OK);
    CHECK_THAT(client.request().body, Catch::Contains("resource=https%3A%2F%2Fapi.example%2Fa&"
                                                      "resource=https%3A%2F%2Fapi.example%2Fb"));
  }
  SECTION("in JSON, which can't have several resources") {
    client.host.options["token_body"] = "json";
    CHECK(client.refresh() == PINDUS_INVALID_ARGUMENT);
    client.host.options["resource"] = "https://api.example/a";
    REQUIRE(client.refresh() == PINDUS_OK);
    CHECK(client.request().field("resource") == "https://api.example/a");
  }
  CHECK(client.request().field("audience") == "https://api.example");
  CHECK(client.request().field("x") == "a b");
}

TEST_CASE("options that make no sense are named") {
  Client client;
  const auto option = GENERATE(table<std::string, std::string>(
      {{"token_auth", "digest"}, {"signing_alg", "HS256"}, {"token_params", "a=%2"}}));
  const std::string& name = std::get<0>(option);
  client.host.options[name] = std::get<1>(option);
  if (name == "signing_alg") {
    client.host.options["token_auth"] = "private_key_jwt";
    client.host.options["private_key"] = rsa_key;
  }
  CHECK(client.refresh() == PINDUS_INVALID_ARGUMENT);
  CHECK_THAT(client.host.error, Catch::Contains(name));
  CHECK(client.host.requests.empty());
}

}  // namespace
}  // namespace pindus::test
