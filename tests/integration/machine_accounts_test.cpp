// Accounts that are no person's: client credentials, and service accounts, at a real OAuth server.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/integration/oauth_peer.hpp"
#include "tests/integration/pindus_profile.hpp"

using Catch::Contains;
using pindus::test::OAuthPeer;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;
using pindus::test::run_process;
using pindus::test::TemporaryDirectory;
using pindus::test::write_file;

namespace {

constexpr std::string_view secret = "s3cret+/= &%";

std::string manifest(const OAuthPeer& peer, std::string_view library, std::string_view options) {
  return fmt::format(R"({{ "manifest": 1, "id": "acme", "label": "Acme", "methods": {{
    "machine": {{ "kind": "oauth", "label": "machine", "library": "{}", "abi": "1.0",
      "options": {{ "token_url": "{}/token", {} }} }} }} }})",
                     library, peer.issuer(), options);
}

std::string client(const OAuthPeer& peer, std::string_view id, std::string_view options = {}) {
  return manifest(peer, "client-credentials.so",
                  fmt::format(R"("client_id": "{}", "revoke_url": "{}/token/revocation",
                                 "scope": "api.read" {}{})",
                              id, peer.issuer(), options.empty() ? "" : ", ", options));
}

/// A key as OpenSSL makes it; its public half is what the server knows.
struct Key {
  TemporaryDirectory folder;
  std::string path = folder / "key.pem";
  explicit Key(const std::string& algorithm = "RSA") {
    std::vector<std::string> argv = {"openssl", "genpkey", "-algorithm", algorithm, "-out", path};
    if (algorithm == "EC") argv.insert(argv.end(), {"-pkeyopt", "ec_paramgen_curve:P-256"});
    REQUIRE(run_process(argv, pindus::test::plain_environment()).exit_code == 0);
  }
  [[nodiscard]] std::string pem() const { return pindus::test::read_file(path); }

  /// The file that a person downloads for a service account.
  [[nodiscard]] std::string key_file(std::string_view account = "robot@example.com") const {
    return fmt::format(R"({{
  "type": "service_account",
  "private_key_id": "robot-1",
  "private_key": {},
  "client_email": "{}"
}}
)",
                       pindus::Json(pem()).dump(), account);
  }
};

/// What the vault holds must not be seen anywhere else.
void check_nothing_shown(const PindusProfile& profile, const ProcessResult& result,
                         std::string_view hidden) {
  CHECK_THAT(result.out + result.err, !Contains(std::string(hidden)));
  CHECK_THAT(profile.run({"auth", "key", "acme", "--json"}).out, !Contains(std::string(hidden)));
}

}  // namespace

TEST_CASE(
    "a client gets a token by its secret, refreshes without a refresh token, and is revoked") {
  struct Case {
    std::string id;
    std::string options;
  };
  const auto way = GENERATE(Case{"machine-basic", ""},
                            Case{"machine-basic", R"("token_auth": "client_secret_basic")"},
                            Case{"machine-post", R"("token_auth": "client_secret_post")"});
  CAPTURE(way.id, way.options);
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", client(peer, way.id, way.options));
  const auto signed_in = profile.run({"signin", "acme"}, std::string(secret) + "\n");
  INFO(signed_in.err);
  REQUIRE(signed_in.exit_code == 0);
  check_nothing_shown(profile, signed_in, "s3cret");
  const std::string first = profile.key("acme");
  CHECK(profile.stored("/acme/default/refresh").empty());
  CHECK(profile.stored("/acme/default/private/clientSecret") == secret);

  profile.expire_token();
  CHECK(profile.key("acme") != first);
  CHECK(peer.counter("/success/client_credentials") == 2);

  const auto signed_out = profile.run({"signout", "acme"});
  CHECK(signed_out.exit_code == 0);
  CHECK(peer.counter("/requests/route:revocation") == 1);
  CHECK(peer.counter("/requests/event:revocation.error") == 0);
}

TEST_CASE("a client proves who it is by a key, which is piped, pasted or named") {
  const std::string algorithm = GENERATE("RSA", "EC", "ED25519");
  const std::string signing = algorithm == "RSA" ? "RS256" : algorithm == "EC" ? "ES256" : "EdDSA";
  const Key key(algorithm);
  const OAuthPeer peer({"--client-key", key.path});
  PindusProfile profile;
  const std::string options = fmt::format(
      R"("token_auth": "private_key_jwt", "key_id": "machine-1", "signing_alg": "{}",
         "assertion_audience": "{}", "private_key_env": "ACME_KEY")",
      signing, peer.issuer());
  profile.install_manifest("acme", client(peer, "machine-jwt", options));
  ProcessResult signed_in;
  SECTION("its content") {
    signed_in = profile.run({"signin", "acme"}, key.pem());
  }
  SECTION("its path") {
    signed_in = profile.run({"signin", "acme"}, key.path + "\n");
  }
  SECTION("a variable") {
    profile.environment["ACME_KEY"] = key.path;
    signed_in = profile.run({"signin", "acme"});
  }
  INFO(signed_in.err);
  REQUIRE(signed_in.exit_code == 0);
  profile.expire_token();
  CHECK_FALSE(profile.key("acme").empty());
  CHECK(peer.counter("/success/client_credentials") == 2);
}

TEST_CASE("what is wrong about a client is said, and nothing is stored") {
  const Key known;
  const OAuthPeer peer({"--client-key", known.path, "--resources", "https://api.example/a"});
  const PindusProfile profile;
  const std::string jwt =
      fmt::format(R"("token_auth": "private_key_jwt", "assertion_audience": "{}")", peer.issuer());
  ProcessResult result;
  SECTION("its secret") {
    profile.install_manifest("acme", client(peer, "machine-basic"));
    result = profile.run({"signin", "acme"}, "another-secret\n");
    CHECK_THAT(result.err, Contains("invalid_client"));
  }
  SECTION("no secret") {
    profile.install_manifest("acme", client(peer, "machine-basic"));
    result = profile.run({"signin", "acme"}, "\n");
    CHECK_THAT(result.err, Contains("nothing was given as: Client secret"));
  }
  SECTION("its key") {
    profile.install_manifest("acme", client(peer, "machine-jwt", jwt));
    result = profile.run({"signin", "acme"}, Key().pem());
    CHECK_THAT(result.err, Contains("invalid_client"));
  }
  SECTION("a key that is none") {
    profile.install_manifest("acme", client(peer, "machine-jwt", jwt));
    result = profile.run({"signin", "acme"}, "-----BEGIN PRIVATE KEY-----\nMIIEv\n");
    CHECK_THAT(result.err, Contains("private key in PEM is none"));
    CHECK(peer.counter("/requests/client_credentials") == 0);
  }
  SECTION("a file that isn't there") {
    profile.install_manifest("acme", client(peer, "machine-jwt", jwt));
    result = profile.run({"signin", "acme"}, "/no/such/key.pem\n");
    CHECK_THAT(result.err, Contains("/no/such/key.pem: No such file"));
  }
  SECTION("what it asks for") {
    profile.install_manifest(
        "acme", client(peer, "machine-basic", R"("resource": "https://api.example/none")"));
    result = profile.run({"signin", "acme"}, std::string(secret) + "\n");
    CHECK_THAT(result.err, Contains("invalid_target"));
  }
  CHECK(result.exit_code == 1);
  CHECK_FALSE(profile.has_vault());
}

TEST_CASE("a refresh of a client whose secret was changed at the server asks for a new sign-in") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", client(peer, "machine-basic"));
  REQUIRE(profile.run({"signin", "acme"}, std::string(secret) + "\n").exit_code == 0);
  profile.expire_token();
  std::string vault = profile.vault_text();
  vault.replace(vault.find("s3cret"), 6, "s4cret");
  profile.write_vault(vault);
  const auto result = profile.run({"auth", "key", "acme"});
  CHECK(result.exit_code == 1);
  CHECK(result.out.empty());
  CHECK_THAT(result.err, Contains("invalid_client") && Contains("pindus signin acme"));
}

TEST_CASE("a client's token is for the resource that the manifest names") {
  const OAuthPeer peer({"--resources", "https://api.example/a"});
  const PindusProfile profile;
  profile.install_manifest("acme",
                           client(peer, "machine-basic", R"("resource": "https://api.example/a")"));
  REQUIRE(profile.run({"signin", "acme"}, std::string(secret) + "\n").exit_code == 0);
  CHECK(profile.key("acme").starts_with("ey"));
}

TEST_CASE("a service account gets tokens by its key file, however that is given") {
  const Key key;
  const OAuthPeer peer({"--service-key", key.path});
  PindusProfile profile;
  write_file(profile.path() / "robot.json", key.key_file());
  const std::string path = profile.path() / "robot.json";
  profile.install_manifest("acme", manifest(peer, "jwt-bearer.so",
                                            R"("scope": "api.read", "key_file_env": "ACME_KEY")"));
  ProcessResult signed_in;
  SECTION("piped") {
    signed_in = profile.run({"signin", "acme"}, key.key_file());
  }
  SECTION("its path") {
    signed_in = profile.run({"signin", "acme"}, path + "\n");
  }
  SECTION("a variable with its path") {
    profile.environment["ACME_KEY"] = path;
    signed_in = profile.run({"signin", "acme"});
  }
  SECTION("a variable with what is in it") {
    profile.environment["ACME_KEY"] = key.key_file();
    signed_in = profile.run({"signin", "acme"});
  }
  INFO(signed_in.err);
  REQUIRE(signed_in.exit_code == 0);
  check_nothing_shown(profile, signed_in, "BEGIN PRIVATE KEY");
  const std::string first = profile.key("acme");
  CHECK(profile.stored("/acme/default/refresh").empty());

  profile.expire_token();
  CHECK(profile.key("acme") != first);
  CHECK(peer.counter("/success/urn:ietf:params:oauth:grant-type:jwt-bearer") == 2);
  CHECK(profile.run({"signout", "acme"}).exit_code == 0);
  CHECK_THAT(profile.vault_text(), !Contains("robot"));
}

TEST_CASE("a private key alone, or a file with other names in it, is a service account too") {
  const Key key;
  const OAuthPeer peer({"--service-key", key.path});
  const PindusProfile profile;
  ProcessResult signed_in;
  SECTION("a private key") {
    profile.install_manifest(
        "acme", manifest(peer, "jwt-bearer.so",
                         R"("assertion_issuer": "robot@example.com", "key_id": "robot-1")"));
    signed_in = profile.run({"signin", "acme"}, key.pem());
  }
  SECTION("other names") {
    profile.install_manifest("acme",
                             manifest(peer, "jwt-bearer.so", R"("key_file_issuer": "/user/id",
          "key_file_private_key": "/key", "key_file_key_id": "/keyId")"));
    signed_in = profile.run(
        {"signin", "acme"},
        fmt::format(R"({{"key": {}, "keyId": "robot-1", "user": {{"id": "robot@example.com"}}}})",
                    pindus::Json(key.pem()).dump()));
  }
  INFO(signed_in.err);
  CHECK(signed_in.exit_code == 0);
}

TEST_CASE("what is wrong about a service account is said, and nothing is stored") {
  const Key key;
  const OAuthPeer peer({"--service-key", key.path});
  PindusProfile profile;
  profile.install_manifest("acme", manifest(peer, "jwt-bearer.so", R"("scope": "api.read")"));
  const auto sign_in = [&](std::string_view input) {
    return profile.run({"signin", "acme"}, input);
  };
  ProcessResult result;
  SECTION("the key of another account") {
    result = sign_in(Key().key_file());
    CHECK_THAT(result.err, Contains("invalid_grant") && Contains("signature"));
  }
  SECTION("an account that the server doesn't know") {
    result = sign_in(key.key_file("nobody@example.com"));
    CHECK_THAT(result.err, Contains("invalid_grant") && Contains("iss"));
  }
  SECTION("an audience that is another server's") {
    profile.install_manifest("acme", manifest(peer, "jwt-bearer.so",
                                              R"("assertion_audience": "https://other.example/")"));
    result = sign_in(key.key_file());
    CHECK_THAT(result.err, Contains("invalid_grant") && Contains("aud"));
  }
  SECTION("a key file of another kind") {
    result = sign_in(R"({"installed": {"client_id": "x", "client_secret": "y"}})");
    CHECK_THAT(result.err, Contains("no \"private_key\"") && Contains("service account"));
  }
  SECTION("a key that is none") {
    result =
        sign_in(R"({"client_email": "robot@example.com", "private_key": "-----BEGIN RUBBISH"})");
    CHECK_THAT(result.err, Contains("private key in PEM is none"));
    CHECK(peer.counter("/requests/urn:ietf:params:oauth:grant-type:jwt-bearer") == 0);
  }
  SECTION("half a file") {
    result = sign_in(key.key_file().substr(0, 300));
    CHECK_THAT(result.err, Contains("neither JSON nor a private key"));
  }
  SECTION("a file that isn't there") {
    result = sign_in("robot.json\n");
    CHECK_THAT(result.err, Contains("robot.json: No such file"));
  }
  SECTION("nothing") {
    result = sign_in("");
    CHECK_THAT(result.err, Contains("nothing was given"));
  }
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("Sign-in failed") && !Contains("-----BEGIN"));
  CHECK_FALSE(profile.has_vault());
}

TEST_CASE("where this computer's clock is why an assertion was refused, that is said") {
  if (!pindus::test::find_program("faketime")) pindus::test::skip("faketime is not installed");
  const Key key;
  const OAuthPeer peer({"--service-key", key.path});
  PindusProfile profile;
  profile.environment["ASAN_OPTIONS"] = "verify_asan_link_order=0";  // faketime's library is first
  profile.install_manifest("acme", manifest(peer, "jwt-bearer.so", R"("scope": "api.read")"));
  const std::string off = GENERATE("-1h", "+1h");
  auto process = pindus::test::ChildProcess(
      {"faketime", "-f", off, PindusProfile::host_program(), "signin", "acme"},
      profile.environment);
  process.write_input(key.key_file());
  const auto result = process.wait();
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("clock") && Contains(off == "-1h" ? "behind" : "ahead") &&
                             Contains("set the clock"));
  CHECK_FALSE(profile.has_vault());
}
