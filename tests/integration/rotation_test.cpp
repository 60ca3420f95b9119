// A server that rotates refresh tokens and takes a second use for theft, as real ones do.
#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <thread>

#include "tests/integration/sign_in.hpp"
#include "tests/support/loopback_server.hpp"

using Catch::Contains;
using pindus::test::ChildProcess;
using pindus::test::code_manifest;
using pindus::test::OAuthPeer;
using pindus::test::PindusProfile;
using pindus::test::run_process;
using pindus::test::sign_in_by_code;
using namespace std::chrono_literals;

namespace {

void sign_in(const PindusProfile& profile, const OAuthPeer& peer, std::string_view options = {}) {
  profile.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url(), options));
  const auto result = sign_in_by_code(profile, "acme", peer);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
}

}  // namespace

TEST_CASE("32 processes with one expired token refresh it once") {
  const OAuthPeer peer;
  const PindusProfile profile;
  sign_in(profile, peer);
  profile.expire_token();
  peer.configure(R"({"tokenDelayMs": 400})");
  std::vector<std::unique_ptr<ChildProcess>> processes;
  for (int i = 0; i < 32; ++i) {
    processes.push_back(std::make_unique<ChildProcess>(
        std::vector<std::string>{PindusProfile::program(), "auth", "key", "acme"},
        profile.environment));
  }
  std::string key;
  for (const auto& process : processes) {
    const auto result = process->wait();
    INFO(result.err);
    CHECK(result.exit_code == 0);
    if (key.empty()) key = result.out;
    CHECK(result.out == key);
  }
  CHECK(key == profile.stored("/acme/default/access") + "\n");
  CHECK(peer.counter("/requests/refresh_token") == 1);
  CHECK(peer.counter("/success/refresh_token") == 1);
}

TEST_CASE("a signal during a refresh costs no grant") {
  const OAuthPeer peer;
  const PindusProfile profile;
  sign_in(profile, peer);
  profile.expire_token();
  const std::string sent = profile.stored("/acme/default/refresh");
  peer.configure(R"({"tokenDelayMs": 1500})");
  SECTION("from a person, a terminal that closes, a service manager") {
    const int number = GENERATE(SIGINT, SIGTERM, SIGHUP);
    auto process = profile.start({"auth", "key", "acme"});
    while (peer.counter("/requests/refresh_token") == 0) std::this_thread::sleep_for(20ms);
    process.signal(number);
    const auto result = process.wait();
    CAPTURE(number, result.err);
    CHECK(result.exit_code == 128 + number);
    CHECK_THAT(result.err, Contains("so that the sign-in isn't lost"));
    CHECK(std::ranges::count(result.err, '\n') == 1);
  }
  SECTION("from timeout(1), which signals twice") {
    const auto result = run_process(
        {"timeout", "1", PindusProfile::program(), "auth", "key", "acme"}, profile.environment);
    CAPTURE(result.err);
    CHECK(result.exit_code == 124);
  }
  // What the server rotated in is stored, and goes on.
  CHECK(profile.stored("/acme/default/refresh") != sent);
  CHECK(profile.stored_number("/acme/default/expires") > pindus::test::now_ms());
  profile.expire_token();
  peer.configure("{}");
  CHECK_FALSE(profile.key("acme").empty());
  CHECK(peer.counter("/success/refresh_token") == 2);
}

TEST_CASE(
    "a server under a new address gets a grant when the person has said that it is the same") {
  const OAuthPeer peer;
  const PindusProfile profile;
  sign_in(profile, peer);
  CHECK(profile.stored("/acme/default/issuedBy") == peer.issuer());
  profile.expire_token();
  CHECK_FALSE(profile.key("acme").empty());
  const std::string old_host = "127.0.0.1";
  std::string issuer = peer.issuer();
  issuer.replace(issuer.find(old_host), old_host.size(), "localhost");
  profile.install_manifest("acme", code_manifest("acme", issuer, issuer + "/token"));

  profile.expire_token();
  const std::string text = profile.vault_text();
  const auto refused = profile.run({"auth", "key", "acme"});
  CHECK(refused.exit_code == 1);
  CHECK_THAT(refused.err, Contains("signed in at " + peer.issuer()) && Contains("--accept-move"));
  CHECK(profile.vault_text() == text);
  CHECK(peer.counter("/requests/refresh_token") == 1);

  CHECK(profile.run({"signin", "acme", "--accept-move"}).exit_code == 0);
  CHECK(profile.stored("/acme/default/issuedBy") == issuer);
  CHECK_FALSE(profile.key("acme").empty());
  CHECK(peer.counter("/success/refresh_token") == 2);
}

TEST_CASE("a second signal ends a refresh at once") {
  const OAuthPeer peer;
  const PindusProfile profile;
  sign_in(profile, peer);
  profile.expire_token();
  peer.configure(R"({"tokenDelayMs": 20000})");
  auto process = profile.start({"auth", "key", "acme"});
  while (peer.counter("/requests/refresh_token") == 0) std::this_thread::sleep_for(20ms);
  process.signal(SIGINT);
  std::this_thread::sleep_for(700ms);
  process.signal(SIGINT);
  const auto result = process.wait();
  CHECK(result.exit_code == 128 + SIGINT);
  CHECK(result.elapsed < 15s);
}

TEST_CASE("refresh after refresh goes on with the token that was rotated in") {
  const OAuthPeer peer;
  const PindusProfile profile;
  sign_in(profile, peer);
  std::string last = profile.stored("/acme/default/refresh");
  for (int i = 0; i < 5; ++i) {
    profile.expire_token();
    CHECK_FALSE(profile.key("acme").empty());
    CHECK(profile.stored("/acme/default/refresh") != last);
    last = profile.stored("/acme/default/refresh");
  }
  CHECK(peer.counter("/success/refresh_token") == 5);
}

TEST_CASE("a rotation whose answer is lost ends in a fault that says how to go on") {
  const OAuthPeer peer;
  const PindusProfile profile;
  sign_in(profile, peer);
  profile.expire_token();
  const std::string before = profile.vault_text();
  peer.configure(R"({"failToken": [{"status": 503, "after": true}]})");
  const auto lost = profile.run({"auth", "key", "acme"});
  CHECK(lost.exit_code == 1);
  CHECK_THAT(lost.err, Contains("Refresh failed") && Contains("try again in 5 s"));
  std::this_thread::sleep_for(5100ms);
  const auto reused = profile.run({"auth", "key", "acme"});
  CHECK(reused.exit_code == 1);
  CHECK_THAT(reused.err, Contains("pindus signin acme --account default --replace"));
  CHECK(profile.vault_text() == before);
}

TEST_CASE("a sign-out revokes the token at the server") {
  const OAuthPeer peer;
  const PindusProfile profile;
  SECTION("where the manifest names an endpoint") {
    sign_in(profile, peer, R"("revoke_url": ")" + peer.issuer() + R"(/token/revocation",)");
    const std::string refresh = profile.stored("/acme/default/refresh");
    const auto result = profile.run({"signout", "acme"});
    CAPTURE(result.out, result.err);
    CHECK(result.exit_code == 0);
    CHECK(peer.counter("/requests/route:revocation") >= 1);
    const std::string again = peer.request(
        "/token", "grant_type=refresh_token&client_id=pindus-test&refresh_token=" + refresh);
    CHECK_THAT(again, Contains("invalid_grant"));
  }
  SECTION("where it names none, that is said") {
    sign_in(profile, peer);
    const auto result = profile.run({"signout", "acme"});
    CHECK(result.exit_code == 0);
    CHECK_THAT(result.out + result.err, Contains("revo"));
    CHECK(peer.counter("/requests/route:revocation") == 0);
  }
  CHECK(profile.vault_text().find("access") == std::string::npos);
}

TEST_CASE("a sign-out waits ten seconds for the server and no longer") {
  const OAuthPeer peer;
  pindus::test::LoopbackServer silent([](auto& connection) { connection.sleep(30s); });
  const PindusProfile profile;
  sign_in(profile, peer, R"("revoke_url": "http://)" + silent.host() + R"(/revoke",)");
  const auto result = profile.run({"signout", "acme"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.elapsed > 9s);
  CHECK(result.elapsed < 12s);
  CHECK(profile.vault_text().find("access") == std::string::npos);
}
