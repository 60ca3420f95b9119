// A provider of one's own: what the README promises to whoever ships one without asking us.
#include <catch2/catch.hpp>

#include "tests/integration/sign_in.hpp"

using Catch::Contains;
using pindus::test::OAuthPeer;
using pindus::test::PindusProfile;
using pindus::test::read_file;
using pindus::test::run_process;
using pindus::test::sign_in_by_code;
using pindus::test::sign_in_by_device;
using pindus::test::TemporaryDirectory;
using pindus::test::write_file;

namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// A manifest of the README, its servers and its client moved to the peer's.
std::string readme_manifest(const std::string& id, const OAuthPeer& peer) {
  const std::string readme = read_file(PINDUS_TEST_SOURCE "/README.md");
  const auto at = readme.find("\"id\": \"" + id + '"');
  REQUIRE(at != std::string::npos);
  const auto begin = readme.rfind("```json\n", at) + 8;
  std::string text = readme.substr(begin, readme.find("```", at) - begin);
  for (const auto& [from, to] : std::vector<std::pair<std::string_view, std::string>>{
           {"https://{host}", "http://{host}"},
           {"https://login.example.com", peer.issuer()},
           {"https://oauth2.googleapis.com", peer.issuer()},
           {"/oauth/authorize_device", "/device/auth"},
           {"/oauth/authorize", "/auth"},
           {"/oauth/token", "/token"},
           {"/oauth/revoke", "/token/revocation"},
           {"my-application-id", "pindus-test"},
           {"\"scope\": \"api\"", "\"scope\": \"api.read\""},
           {"\"scope\": \"models\"", "\"scope\": \"api.read\""}}) {
    text = replaced(std::move(text), from, to);
  }
  return text;
}

}  // namespace

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
  const OAuthPeer peer;
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
  const std::string first = profile.stored("/gitlab/default/access");
  const auto refreshed = profile.run({"auth", "refresh", "gitlab", "--force"});
  INFO(refreshed.err);
  CHECK(refreshed.exit_code == 0);
  CHECK(peer.counter("/success/refresh_token") == 1);
  CHECK(profile.key("gitlab") != first);
}

TEST_CASE("the README's GitLab signs in by browser and by device, each account by its own method") {
  const OAuthPeer peer;
  const PindusProfile profile;
  const std::string gitlab = readme_manifest("gitlab", peer);
  profile.install_manifest("gitlab", gitlab);
  const std::string host = "host=" + peer.issuer().substr(peer.issuer().find("//") + 2);
  auto browser = profile.start({"signin", "gitlab", "--set", host});
  const std::string url = peer.issuer() + "/auth?" + browser.wait_for(peer.issuer() + "/auth?");
  browser.write_input(peer.approve_code(url) + "\n");
  const auto by_browser = browser.wait();
  INFO(by_browser.err);
  REQUIRE(by_browser.exit_code == 0);
  CHECK_THAT(by_browser.out, Contains("as default (in the browser)."));
  auto process = profile.start(
      {"signin", "gitlab", "--method", "device", "--account", "headless", "--set", host});
  const std::string code = process.wait_until(pindus::test::find_user_code);
  peer.approve_device(peer.issuer() + "/device", code);
  const auto by_device = process.wait();
  INFO(by_device.err);
  REQUIRE(by_device.exit_code == 0);
  CHECK(profile.stored("/gitlab/default/method").empty());
  CHECK(profile.stored("/gitlab/headless/method") == "device");
  CHECK("host=" + profile.stored("/gitlab/default/host") == host);
  CHECK("host=" + profile.stored("/gitlab/headless/host") == host);
  CHECK_THAT(
      profile.run({"signin", "--list"}).out,
      Contains("- default (default) [in the browser]") && Contains("- headless [device code]"));

  // Whatever becomes of the other method.
  profile.install_manifest("gitlab", replaced(gitlab, "pkce.so", "not-there.so"));
  const std::string before = profile.stored("/gitlab/headless/access");
  std::string vault = profile.vault_text();
  const auto end = vault.find("\"expires\": ", vault.find("\"headless\"")) + 11;
  vault.replace(end, vault.find_first_of(",\n}", end) - end, "1");
  profile.write_vault(vault);
  const auto refreshed = profile.run({"auth", "key", "gitlab", "--account", "headless"});
  INFO(refreshed.err);
  CHECK(refreshed.exit_code == 0);
  CHECK(refreshed.out != before + "\n");
  CHECK(profile.stored("/gitlab/headless/method") == "device");
  CHECK(profile.run({"signout", "gitlab"}).exit_code == 0);
  CHECK(peer.counter("/requests/route:revocation") >= 1);
}

TEST_CASE("the README's client credentials and service account sign in as it says") {
  const TemporaryDirectory folder;
  const std::string key = folder / "key.pem";
  REQUIRE(run_process({"openssl", "genpkey", "-algorithm", "RSA", "-out", key},
                      pindus::test::plain_environment())
              .exit_code == 0);
  const OAuthPeer peer({"--service-key", key});
  PindusProfile profile;
  profile.install_manifest("example-service", readme_manifest("example-service", peer));
  const auto client =
      profile.run({"signin", "example-service", "--set", "client=machine-basic"}, "s3cret+/= &%\n");
  INFO(client.err);
  CHECK(client.exit_code == 0);

  profile.install_manifest("vertex", readme_manifest("vertex", peer));
  write_file(
      folder / "account.json",
      R"({"client_email": "robot@example.com", "private_key_id": "robot-1", "private_key": )" +
          pindus::Json(read_file(key)).dump() + "}");
  const bool by_variable = GENERATE(false, true);
  if (by_variable) {
    profile.environment["GOOGLE_APPLICATION_CREDENTIALS"] = folder / "account.json";
  }
  const auto account =
      profile.run({"signin", "vertex"}, by_variable ? "" : read_file(folder / "account.json"));
  INFO(account.err);
  CHECK(account.exit_code == 0);
  CHECK_FALSE(profile.key("vertex").empty());
}
