// What a person sees at a slow server, who waits or interrupts.
#include <signal.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/end-to-end/terminal_session.hpp"
#include "tests/integration/token_endpoint.hpp"

using Catch::Contains;
using pindus::test::Connection;
using pindus::test::PindusProfile;
using pindus::test::TerminalSession;
using pindus::test::token_answer;
using pindus::test::TokenEndpoint;
using namespace std::chrono_literals;

namespace {

// Answers when it is told to.
struct SlowServer {
  std::atomic<bool> asked = false;
  std::atomic<bool> answers = false;
  TokenEndpoint at{[this](Connection& connection, const std::string&) {
    asked = true;
    while (!answers && connection.sleep(5ms)) continue;
    connection.write(token_answer("new-access", "new-refresh"));
  }};

  TerminalSession refresh_on_terminal() {
    return TerminalSession({PindusProfile::program(), "auth", "key", "acme"},
                           at.profile.environment);
  }
  void wait_until_asked() const {
    for (int tries = 0; tries < 4000 && !asked; ++tries) std::this_thread::sleep_for(5ms);
    REQUIRE(asked);
  }
};

}  // namespace

TEST_CASE("after Ctrl-C in a refresh the person is told for whom it waits, and gets the grant") {
  SlowServer server;
  auto terminal = server.refresh_on_terminal();
  server.wait_until_asked();
  terminal.type("\x03");
  terminal.wait_for("Waiting up to ");
  terminal.wait_for(" s for the answer of " + server.at.server.host());
  terminal.wait_for("a second Ctrl-C ends this at once\r\n");
  server.answers = true;
  CHECK(terminal.wait() == 128 + SIGINT);
  CHECK(server.at.profile.stored("/acme/default/refresh") == "new-refresh");
  // Once.
  CHECK(terminal.said().find("Waiting") == terminal.said().rfind("Waiting"));
}

TEST_CASE("a second Ctrl-C ends the wait for a refresh at once, as it was said") {
  SlowServer server;
  auto terminal = server.refresh_on_terminal();
  server.wait_until_asked();
  terminal.type("\x03");
  terminal.wait_for("a second Ctrl-C ends this at once\r\n");
  std::this_thread::sleep_for(700ms);
  const auto typed = std::chrono::steady_clock::now();
  terminal.type("\x03");
  CHECK(terminal.wait() == 128 + SIGINT);
  CHECK(std::chrono::steady_clock::now() - typed < 5s);
  CHECK(server.at.profile.stored("/acme/default/refresh") == TokenEndpoint::old_refresh);
}

TEST_CASE("who interrupts before the request is sent waits for nobody, and is told of nobody") {
  // Its port is taken, and nobody accepts: a connection comes about, and no TLS does.
  SlowServer server;
  server.at.profile.install_manifest(
      "acme", pindus::test::code_manifest("acme", "https://" + server.at.server.host(),
                                          "https://" + server.at.server.host() + "/token"));
  auto terminal = server.refresh_on_terminal();
  for (int tries = 0; tries < 4000 && server.at.server.connections() == 0; ++tries) {
    std::this_thread::sleep_for(5ms);
  }
  const auto typed = std::chrono::steady_clock::now();
  terminal.type("\x03");
  CHECK(terminal.wait() == 128 + SIGINT);
  CHECK(std::chrono::steady_clock::now() - typed < 5s);
  CHECK_THAT(terminal.said(), !Contains("Waiting"));
}

TEST_CASE("a sign-out doesn't wait for a revocation for longer than 10 s, or than the person") {
  SlowServer server;
  const std::string origin = "http://" + server.at.server.host();
  server.at.profile.install_manifest(
      "acme", pindus::test::code_manifest("acme", origin, origin + "/token",
                                          R"("revoke_url": ")" + origin + R"(/revoke",)"));
  auto process = server.at.profile.start({"signout", "acme"});
  server.wait_until_asked();
  SECTION("the server says nothing") {
    const auto result = process.wait();
    CHECK(result.exit_code == 0);
    CHECK_THAT(result.out, Contains("was not revoked at Acme (acme): no answer within 10 s.\n"));
    CHECK(result.elapsed > 9s);
    CHECK(result.elapsed < 18s);
  }
  SECTION("the person says stop") {
    process.signal(SIGINT);
    const auto result = process.wait();
    CHECK(result.exit_code == 128 + SIGINT);
    CHECK_THAT(result.out, Contains("was not revoked at Acme (acme): interrupted.\n"));
    CHECK(result.elapsed < 8s);
  }
  CHECK(server.at.profile.stored("/acme/default/refresh").empty());
}
