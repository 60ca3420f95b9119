// A provider of one's own: what the README promises to whoever ships one without asking us.
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "tests/integration/sign_in.hpp"

using Catch::Contains;
using pindus::test::OAuthPeer;
using pindus::test::PindusProfile;
using pindus::test::sign_in_by_code;
using pindus::test::sign_in_by_device;

TEST_CASE("a manifest with pkce.so signs in at any OAuth server") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest(
      "my-provider", pindus::test::code_manifest("my-provider", peer.issuer(), peer.token_url()));
  const auto result = sign_in_by_code(profile, "my-provider", peer);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(profile.run({"signin", "--list"}).out, Contains("Acme (my-provider)"));
  CHECK_FALSE(profile.key("my-provider").empty());
}

TEST_CASE("a manifest with device.so signs in at any OAuth server") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("my-device", pindus::test::device_manifest("my-device", peer.issuer()));
  const auto result = sign_in_by_device(profile, "my-device", [&](const std::string& code) {
    peer.approve_device(peer.issuer() + "/device", code);
  });
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_FALSE(profile.key("my-device").empty());
}

TEST_CASE("a three-line file moves a built-in provider's token_url") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.store_token("anthropic", "old", "no-such-token", -10);
  profile.install_manifest("anthropic", R"({ "manifest": 1, "id": "anthropic",
  "methods": { "oauth": { "options": {
    "token_url": ")" + peer.token_url() + R"(" } } } })");
  const auto result = profile.run({"auth", "key", "anthropic"});
  // The server knows neither client nor token; that it was asked is what counts.
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("Refresh failed"));
  CHECK(peer.counter("/requests/refresh_token") == 1);
}

TEST_CASE("a question's answer fills the server's address in and is kept for the refresh") {
  const OAuthPeer peer({"--access-ttl", "1"});
  const PindusProfile profile;
  const std::string host = peer.issuer().substr(peer.issuer().find("//") + 2);
  profile.install_manifest("gitlab", R"({ "manifest": 1, "id": "gitlab", "label": "GitLab",
    "methods": { "oauth": { "library": "pkce.so", "abi": "1.0",
      "questions": [{ "name": "server", "ask": "Server", "default": "gitlab.com", "kind": "host" }],
      "options": { "client_id": "pindus-test", "authorize_url": "http://{server}/auth",
        "token_url": "http://{server}/token", "scope": "openid",
        "redirect_uri": "http://127.0.0.1:1455/auth/callback" } } } })");
  auto process = profile.start({"signin", "gitlab", "--set", "server=" + host});
  const std::string url = peer.issuer() + "/auth?" + process.wait_for(peer.issuer() + "/auth?");
  process.write_input(peer.approve_code(url) + "\n");
  const auto result = process.wait();
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(profile.stored("/gitlab/default/server") == host);
  // The token's second is over: this refreshes, at the server that was answered.
  const std::string first = profile.stored("/gitlab/default/access");
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  CHECK(profile.key("gitlab") != first);
  CHECK(peer.counter("/success/refresh_token") == 1);
}
