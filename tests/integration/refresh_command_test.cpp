#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "tests/integration/token_endpoint.hpp"

using Catch::Contains;
using pindus::test::ChildProcess;
using pindus::test::code_manifest;
using pindus::test::Connection;
using pindus::test::http_answer;
using pindus::test::LoopbackServer;
using pindus::test::now_ms;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;
using pindus::test::token_answer;
using pindus::test::TokenEndpoint;
using namespace std::chrono_literals;

namespace {

// An endpoint whose tokens are told apart by a number.
struct CountingEndpoint {
  explicit CountingEndpoint(std::int64_t seconds_left)
      : endpoint(
            [this](Connection& connection, const std::string&) {
              const int number = ++requests;
              connection.sleep(200ms);
              connection.write(token_answer("access-" + std::to_string(number),
                                            "refresh-" + std::to_string(number)));
            },
            seconds_left) {}

  ProcessResult run(std::vector<std::string> arguments) {
    return endpoint.profile.run(std::move(arguments));
  }

  std::atomic<int> requests = 0;
  TokenEndpoint endpoint;
};

}  // namespace

TEST_CASE("auth key --valid-for refreshes a token that would end sooner") {
  CountingEndpoint acme(1000);
  CHECK(acme.run({"auth", "key", "acme", "--valid-for", "900"}).out == "old-access-4f1c\n");
  CHECK(acme.requests == 0);
  CHECK(acme.run({"auth", "key", "acme", "--valid-for=1800"}).out == "access-1\n");
  CHECK(acme.run({"auth", "key", "acme", "--valid-for=1800"}).out == "access-1\n");
  CHECK(acme.requests == 1);
  const ProcessResult wrong = acme.run({"auth", "key", "acme", "--valid-for", "1h"});
  CHECK(wrong.exit_code == 2);
  CHECK_THAT(wrong.err, Contains("--valid-for takes a number of seconds"));
}

TEST_CASE("auth refresh leaves a token that is valid, and --force doesn't") {
  CountingEndpoint acme(3000);
  const ProcessResult left = acme.run({"auth", "refresh", "acme"});
  CHECK(left.exit_code == 0);
  CHECK_THAT(left.out, Contains("acme (default): still valid for 49 min"));
  const ProcessResult forced = acme.run({"auth", "refresh", "--force", "ACME:default"});
  CHECK(forced.exit_code == 0);
  CHECK_THAT(forced.out, Contains("refreshed, valid for 59 min"));
  CHECK(acme.endpoint.profile.key("acme") == "access-1");
  // A tool that gets a refusal once more has another reason for it.
  const ProcessResult again = acme.run({"auth", "refresh", "--force", "acme"});
  CHECK(again.exit_code == 0);
  CHECK_THAT(again.err, Contains("a refresh of the account default of acme was forced"));
  CHECK(acme.requests == 1);
}

TEST_CASE("tools that run into one refusal at once refresh once") {
  CountingEndpoint acme(3000);
  std::vector<std::unique_ptr<ChildProcess>> tools;
  for (int i = 0; i < 8; ++i) {
    tools.push_back(std::make_unique<ChildProcess>(
        std::vector<std::string>{PindusProfile::program(), "auth", "refresh", "--force", "acme"},
        acme.endpoint.profile.environment));
  }
  for (const auto& tool : tools) CHECK(tool->wait().exit_code == 0);
  CHECK(acme.requests == 1);
  CHECK(acme.endpoint.profile.key("acme") == "access-1");
}

TEST_CASE("auth refresh --all asks all servers side by side, and tells which refused") {
  std::mutex mutex;
  std::condition_variable arrived;
  int waiting = 0;
  // Each answer waits for the other request.
  LoopbackServer server([&](Connection& connection) {
    const std::string request = connection.read_request();
    {
      std::unique_lock lock(mutex);
      ++waiting;
      arrived.notify_all();
      arrived.wait_for(lock, 20s, [&] { return waiting >= 2; });
    }
    if (request.contains("refresh-of-b")) {
      connection.write(http_answer("400 Bad Request", R"({"error":"invalid_grant"})",
                                   "Content-Type: application/json\r\n"));
    } else {
      connection.write(token_answer("access-of-a", "next"));
    }
  });
  PindusProfile profile;
  const std::string origin = "http://" + server.host();
  profile.install_manifest("a", code_manifest("a", origin, origin + "/token"));
  profile.install_manifest("b", code_manifest("b", origin, origin + "/token"));
  profile.write_vault(R"({"a": {"x": {"kind": "oauth", "access": "1", "refresh": "refresh-of-a",
      "expires": 5, "isDefault": true}}, "b": {"y": {"kind": "oauth", "access": "2",
      "refresh": "refresh-of-b", "expires": 5, "isDefault": true}},
    "groq": {"default": {"kind": "apiKey", "key": "gsk_0123456789abcdefghij"}}})");
  const ProcessResult result = profile.run({"auth", "refresh", "--all"});
  CHECK(waiting == 2);
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.out, Contains("a (x): refreshed, valid for 59 min"));
  CHECK_THAT(result.out, !Contains("groq"));
  CHECK_THAT(result.err, Contains("invalid_grant") &&
                             Contains("pindus signin b --account y --replace") &&
                             Contains("1 of 2 accounts have no valid token"));
  CHECK(profile.stored("/a/x/access") == "access-of-a");
}

TEST_CASE("auth refresh says what can't be refreshed") {
  PindusProfile profile;
  profile.write_vault(R"({"groq": {"default": {"kind": "apiKey", "isDefault": true,
    "key": "gsk_0123456789abcdefghij"}}})");
  CHECK_THAT(profile.run({"auth", "refresh", "groq"}).out, Contains("an api key, which needs no"));
  const ProcessResult missing = profile.run({"auth", "refresh", "groq:work"});
  CHECK(missing.exit_code == 1);
  CHECK_THAT(missing.err, Contains("nothing is stored for \"groq:work\""));
  CHECK(profile.run({"auth", "refresh"}).exit_code == 2);
  CHECK_THAT(profile.run({"auth", "refresh", "--all"}).out, Contains("No token is stored."));
}
