// How pkce.so and device.so prove who the client is, and what they ask for, at a server that
// checks.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/integration/sign_in.hpp"

using Catch::Contains;
using pindus::Json;
using pindus::test::OAuthPeer;
using pindus::test::PindusProfile;
using pindus::test::sign_in_by_code;
using pindus::test::sign_in_by_device;

namespace {

// The server's confidential clients.
constexpr std::string_view posts = "pindus-conf";
constexpr std::string_view basic = "pindus basic:1";
constexpr std::string_view secret = "s3cret+/= &%";

/// Both methods, with options of their own.
std::string manifest(const OAuthPeer& peer, std::string_view client, std::string_view options) {
  const std::string common = fmt::format(R"("client_id": "{0}", "token_url": "{1}/token",
    "revoke_url": "{1}/token/revocation", {2})",
                                         client, peer.issuer(), options);
  return fmt::format(R"({{ "manifest": 1, "id": "acme", "label": "Acme", "methods": {{
    "oauth": {{ "library": "pkce.so", "options": {{ {0}, "authorize_url": "{1}/auth",
      "scope": "api.read", "redirect_uri": "http://127.0.0.1:1455/auth/callback" }} }},
    "device": {{ "kind": "oauth", "library": "device.so", "options": {{ {0},
      "device_code_url": "{1}/device/auth", "scope": "api.read" }} }} }} }})",
                     common, peer.issuer());
}

std::string token_auth(std::string_view how) {
  return fmt::format(R"("token_auth": "{}", "client_secret": "{}")", how, secret);
}

pindus::test::ProcessResult sign_in_with_device(const PindusProfile& profile,
                                                const OAuthPeer& peer) {
  auto process = profile.start({"signin", "acme", "--method", "device"});
  peer.approve_device(peer.issuer() + "/device", process.wait_until(pindus::test::find_user_code));
  return process.wait();
}

/// The last thing of that kind that the server saw.
Json last_event(const OAuthPeer& peer, std::string_view name) {
  const Json events = peer.events();
  const auto& all = *events.as_array();
  const auto found = std::find_if(all.rbegin(), all.rend(), [&](const Json& event) {
    return *event.find("ev")->as_string() == name;
  });
  REQUIRE(found != all.rend());
  return *found;
}

/// A member of that, which is a string there.
std::string last(const OAuthPeer& peer, std::string_view event, std::string_view member) {
  const Json seen = last_event(peer, event);
  const Json* found = seen.find(member);
  const std::string* text = found != nullptr ? found->as_string() : nullptr;
  return text != nullptr ? *text : "";
}

}  // namespace

TEST_CASE("a client proves who it is as the server wants it, at every endpoint") {
  struct Case {
    std::string_view client;
    std::string_view how;
  };
  const auto wanted =
      GENERATE(Case{posts, "post"}, Case{basic, "basic"}, Case{posts, "client_secret_post"},
               Case{basic, "client_secret_basic"});
  CAPTURE(wanted.how);
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", manifest(peer, wanted.client, token_auth(wanted.how)));
  const bool by_device = GENERATE(false, true);
  const auto signed_in =
      by_device ? sign_in_with_device(profile, peer) : sign_in_by_code(profile, "acme", peer);
  INFO(signed_in.err);
  REQUIRE(signed_in.exit_code == 0);
  CHECK((last(peer, "token", "auth") == "header") == (wanted.client == basic));

  profile.expire_token();
  const std::string first = profile.stored("/acme/default/access");
  CHECK(profile.key("acme") != first);
  const auto signed_out = profile.run({"signout", "acme"});
  CHECK(signed_out.exit_code == 0);
  CHECK_THAT(signed_out.out + signed_out.err, Contains("revoked"));
  // Nothing was refused on the way but what a person hadn't approved yet.
  CHECK(peer.counter("/error/authorization_code:invalid_client") == 0);
  CHECK(peer.counter("/requests/event:grant.error") ==
        peer.counter("/error/urn:ietf:params:oauth:grant-type:device_code:authorization_pending"));
}

TEST_CASE("the wrong way to prove it, or the wrong secret, is refused in the server's words") {
  const OAuthPeer peer;
  const PindusProfile profile;
  const auto options = GENERATE(as<std::string>(), token_auth("post"), R"("token_auth": "none")",
                                R"("token_auth": "basic", "client_secret": "another")");
  profile.install_manifest("acme", manifest(peer, basic, options));
  const auto result = sign_in_by_code(profile, "acme", peer);
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("Sign-in failed") && Contains("invalid_client"));
  CHECK_THAT(result.err, !Contains("s3cret"));
  CHECK_FALSE(profile.has_vault());
}

TEST_CASE("a token_auth that is none is refused before the browser is sent anywhere") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", manifest(peer, basic, token_auth("digest")));
  const auto result = profile.run({"signin", "acme"});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("token_auth") && Contains("post, basic, none"));
  CHECK_THAT(result.err, !Contains("/auth?"));
}

TEST_CASE("a secret that the manifest leaves to the person is asked for and kept out of sight") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", manifest(peer, basic, R"("token_auth": "basic")"));
  auto process = profile.start({"signin", "acme"});
  process.wait_for("Client secret:");
  process.write_input(std::string(secret) + "\n");
  const std::string url = peer.issuer() + "/auth?" + process.wait_for(peer.issuer() + "/auth?");
  process.write_input(peer.approve_code(url) + "\n");
  const auto signed_in = process.wait();
  INFO(signed_in.err);
  REQUIRE(signed_in.exit_code == 0);
  CHECK(profile.stored("/acme/default/private/clientSecret") == secret);
  CHECK_THAT(profile.run({"auth", "key", "acme", "--json"}).out, !Contains("s3cret"));
  profile.expire_token();
  CHECK_FALSE(profile.key("acme").empty());
}

TEST_CASE("a token is for the resource that was asked for, on the refresh too") {
  const OAuthPeer peer({"--resources", "https://api.example/a https://api.example/b"});
  const PindusProfile profile;
  profile.install_manifest("acme",
                           manifest(peer, "pindus-test", R"("resource": "https://api.example/b")"));
  const bool by_device = GENERATE(false, true);
  const auto signed_in =
      by_device ? sign_in_with_device(profile, peer) : sign_in_by_code(profile, "acme", peer);
  INFO(signed_in.err);
  REQUIRE(signed_in.exit_code == 0);
  const std::string wanted = "https://api.example/b";
  CHECK(last(peer, by_device ? "device_authorization" : "authorization", "resource") == wanted);
  CHECK(last(peer, "token", "aud") == wanted);
  profile.expire_token();
  CHECK_FALSE(profile.key("acme").empty());
  CHECK(last(peer, "token", "grant") == "refresh_token");
  CHECK(last(peer, "token", "resource") == wanted);
  CHECK(last(peer, "token", "aud") == wanted);
}

TEST_CASE("of several resources each is asked for, and one that the server lacks is refused") {
  const OAuthPeer peer({"--resources", "https://api.example/a https://api.example/b"});
  const PindusProfile profile;
  profile.install_manifest(
      "acme", manifest(peer, "pindus-test",
                       R"("resource": "https://api.example/a  https://api.example/b")"));
  const auto signed_in = sign_in_by_code(profile, "acme", peer);
  INFO(signed_in.err);
  REQUIRE(signed_in.exit_code == 0);
  for (const std::string_view event : {"authorization", "token"}) {
    const Json seen = last_event(peer, event);
    REQUIRE(seen.find("resource")->as_array() != nullptr);
    CHECK(seen.find("resource")->as_array()->size() == 2);
  }
  profile.install_manifest(
      "acme", manifest(peer, "pindus-test", R"("resource": "https://api.example/other")"));
  const auto refused = profile.run({"signin", "acme", "--method", "device", "--replace"});
  CHECK(refused.exit_code == 1);
  CHECK_THAT(refused.err, Contains("invalid_target"));
}

TEST_CASE("with iss_required an answer counts only with the issuer's own name in it") {
  const OAuthPeer peer;
  const PindusProfile profile;
  const auto options = [&](std::string_view issuer) {
    return fmt::format(R"("iss_required": "true", "issuer": "{}")", issuer);
  };
  const auto paste = [&](const std::function<void(std::string&)>& change) {
    return sign_in_by_code(profile, "acme", peer.issuer(), [&](const std::string& url) {
      std::string answer = peer.approve_code(url);
      change(answer);
      return answer;
    });
  };
  const auto without_iss = [](std::string& answer) {
    const auto begin = answer.find("&iss=");
    REQUIRE(begin != std::string::npos);
    answer.erase(begin, answer.find('&', begin + 1) - begin);
  };
  profile.install_manifest("acme", manifest(peer, "pindus-test", options(peer.issuer())));
  SECTION("as the server sends it") {
    const auto result = paste([](std::string&) {});
    INFO(result.err);
    CHECK(result.exit_code == 0);
  }
  SECTION("none") {
    const auto result = paste(without_iss);
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.err, Contains("which server it comes from (iss)"));
  }
  SECTION("the code alone") {
    const auto result = paste([](std::string& answer) {
      const auto begin = answer.find("code=") + 5;
      answer = answer.substr(begin, answer.find('&', begin) - begin);
    });
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.err, Contains("which server it comes from (iss)"));
  }
  SECTION("another tenant's") {
    profile.install_manifest("acme",
                             manifest(peer, "pindus-test", options(peer.issuer() + "/tenant")));
    const auto result = paste([](std::string&) {});
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.err, Contains("another server"));
  }
  SECTION("none, where it isn't required") {
    profile.install_manifest("acme", manifest(peer, "pindus-test", R"("iss_required": "false")"));
    CHECK(paste(without_iss).exit_code == 0);
  }
  CHECK(peer.counter("/error/authorization_code:invalid_grant") == 0);
}

TEST_CASE("prompt reaches the server, by browser and by device") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", manifest(peer, "pindus-test", R"("prompt": "login consent")"));
  REQUIRE(sign_in_by_code(profile, "acme", peer).exit_code == 0);
  CHECK(last(peer, "authorization", "prompt") == "login consent");
  profile.run({"signout", "acme"});
  REQUIRE(sign_in_with_device(profile, peer).exit_code == 0);
  CHECK(last(peer, "device_authorization", "prompt") == "login consent");
}
