#include <signal.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "tests/end-to-end/terminal_session.hpp"
#include "tests/integration/sign_in.hpp"

using Catch::Contains;
using pindus::test::device_manifest;
using pindus::test::find_user_code;
using pindus::test::OAuthPeer;
using pindus::test::PindusProfile;
using pindus::test::sign_in_by_device;

namespace {

// The shipped provider, its endpoints moved to the peer: a merge patch, as anybody may write it.
std::string copilot_at(const OAuthPeer& peer) {
  return R"({"manifest": 1, "id": "github-copilot", "methods": {"oauth": {"options": {
    "client_id": "pindus-test",
    "device_code_url": ")" +
         peer.issuer() + R"(/login/device/code",
    "access_token_url": ")" +
         peer.issuer() + R"(/login/oauth/access_token",
    "exchange_url": ")" +
         peer.issuer() + R"(/copilot_internal/v2/token"}}}})";
}

}  // namespace

TEST_CASE("a device that is approved is signed in") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", device_manifest("acme", peer.issuer()));
  const auto result = sign_in_by_device(profile, "acme", [&](const std::string& code) {
    CHECK(peer.approve_device(peer.issuer() + "/device", code) == "approved");
  });
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.err, Contains(peer.issuer() + "/device"));
  CHECK(profile.key("acme") == profile.stored("/acme/default/access"));
  CHECK(peer.counter("/success/urn:ietf:params:oauth:grant-type:device_code") == 1);
}

TEST_CASE("a device that is refused is told so at once") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", device_manifest("acme", peer.issuer()));
  const auto result = sign_in_by_device(profile, "acme", [&](const std::string& code) {
    CHECK(peer.approve_device(peer.issuer() + "/device", code, {"--deny"}) == "denied");
  });
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("Sign-in failed") && Contains("refused"));
  CHECK_FALSE(profile.has_vault());
}

TEST_CASE("a code that nobody approves ends with its time") {
  const OAuthPeer peer({"--device-ttl", "3"});
  const PindusProfile profile;
  profile.install_manifest("acme", device_manifest("acme", peer.issuer()));
  const auto result = sign_in_by_device(profile, "acme", [](const std::string&) {});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("Sign-in failed") && Contains("expired"));
  CHECK(result.elapsed < std::chrono::seconds(8));
}

TEST_CASE("slow_down makes the polls rarer by five seconds, and the sign-in goes on") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", device_manifest("acme", peer.issuer()));
  const auto result = sign_in_by_device(profile, "acme", [&](const std::string& code) {
    // Announced was 1 s; from now on the server wants 3.
    peer.configure(R"({"interval": 3, "slowDownStep": 0})");
    std::this_thread::sleep_for(std::chrono::milliseconds(2500));
    peer.approve_device(peer.issuer() + "/device", code);
  });
  INFO(result.err);
  CHECK(result.exit_code == 0);
  // Polled at 1 s (pending), 2 s (slow_down) and, six seconds later, at 8 s.
  CHECK(peer.counter("/error/urn:ietf:params:oauth:grant-type:device_code:slow_down") == 1);
  CHECK(peer.counter("/requests/urn:ietf:params:oauth:grant-type:device_code") == 3);
  CHECK(result.elapsed > std::chrono::seconds(7));
}

TEST_CASE("a terminal shows code, address and the time that is left, and a QR code unless told") {
  const bool with_qr = GENERATE(true, false);
  const OAuthPeer peer;
  PindusProfile profile;
  profile.environment["TERM"] = "xterm";
  profile.install_manifest("acme", device_manifest("acme", peer.issuer()));
  std::vector<std::string> argv = {PindusProfile::program(), "signin", "acme"};
  if (!with_qr) argv.emplace_back("--no-qr");
  pindus::test::TerminalSession terminal(argv, profile.environment);
  terminal.wait_for(" left");
  CHECK_THAT(terminal.said(), Contains(peer.issuer() + "/device\r\n"));
  CHECK(find_user_code(terminal.said()));
  CHECK((terminal.said().find("\u2588") != std::string::npos) == with_qr);
  peer.approve_device(peer.issuer() + "/device", find_user_code(terminal.said()).value());
  CHECK(terminal.wait() == 0);
  CHECK(terminal.restored());
  CHECK_FALSE(profile.key("acme").empty());
}

TEST_CASE("an interrupt ends a device's waiting with 130 and nothing stored") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", device_manifest("acme", peer.issuer()));
  auto process = profile.start({"signin", "acme"});
  process.wait_until(find_user_code);
  process.signal(SIGINT);
  const auto start = std::chrono::steady_clock::now();
  const auto result = process.wait();
  CHECK(result.exit_code == 130);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
  CHECK_FALSE(profile.has_vault());
}

TEST_CASE("GitHub Copilot is signed in by GitHub's dialect and one exchange") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("copilot-here", copilot_at(peer));
  const auto result = sign_in_by_device(profile, "github-copilot", [&](const std::string& code) {
    CHECK(peer.approve_device(peer.issuer() + "/device", code) == "approved");
  });
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const std::string at = "/github-copilot/default/";
  CHECK_THAT(profile.stored(at + "access"), Contains("proxy-ep="));
  CHECK(profile.stored(at + "baseUrl") == "https://api.individual.githubcopilot.com");
  // refresh_in is 1500 s, and a minute more is the lifetime.
  const std::int64_t left_ms = profile.stored_number(at + "expires") - pindus::test::now_ms();
  CHECK(left_ms > 1'530'000);
  CHECK(left_ms <= 1'560'000);

  SECTION("a refresh is the exchange again with the same GitHub token") {
    const std::string github_token = profile.stored(at + "refresh");
    const std::string old = profile.stored(at + "access");
    profile.store_token("github-copilot", old, github_token, -10);
    CHECK_THAT(profile.key("github-copilot"), Contains("proxy-ep="));
    CHECK(profile.stored(at + "refresh") == github_token);
    CHECK(peer.counter("/requests/copilot_token") == 2);
  }
}

TEST_CASE("GitHub's refusal under HTTP 200 ends the sign-in") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("copilot-here", copilot_at(peer));
  const auto result = sign_in_by_device(profile, "github-copilot", [&](const std::string& code) {
    peer.approve_device(peer.issuer() + "/device", code, {"--deny"});
  });
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("Sign-in failed") && Contains("refused"));
}
