// Keys while a run goes on: refused, refreshed, replaced, gone.
#include <fmt/format.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <future>

#include "tests/integration/broker_run.hpp"
#include "tests/integration/token_endpoint.hpp"

using Catch::Matchers::Contains;
using pindus::test::BrokerRun;
using pindus::test::Connection;
using pindus::test::http_answer;
using pindus::test::HttpMessage;
using pindus::test::LoopbackServer;
using pindus::test::ok;
using pindus::test::pattern;
using pindus::test::TestProvider;
using pindus::test::token_answer;

namespace {

using Fields = std::vector<std::string>;

// A token endpoint whose answers are "token-1-...", "token-2-...".
struct Tokens {
  std::atomic<int> given = 0;
  LoopbackServer server{[this](Connection& connection) {
    static_cast<void>(connection.read_request());
    const std::string number = std::to_string(++given);
    connection.write(token_answer("token-" + number + "-0123456789", "refresh-" + number));
  }};

  [[nodiscard]] BrokerRun::Setting setting(int seconds_left = 3600) const {
    return {.vault = fmt::format(R"({{"acme": {{"default": {{"kind": "oauth", "isDefault": true,
    "access": "token-0-0123456789", "refresh": "refresh-0", "expires": {}}}}}}})",
                                 pindus::test::now_ms() + seconds_left * 1000),
            .methods = fmt::format(R"({{"oauth": {{"library": "pkce.so", "abi": "1.0", "options": {{
    "client_id": "pindus-test", "authorize_url": "{0}auth", "token_url": "{0}token",
    "redirect_uri": "http://127.0.0.1:1455/auth/callback", "scope": "x"}}}}}})",
                                   server.url())};
  }
};

// Takes no other token than this one.
TestProvider::Answer only(std::string token) {
  return [token = std::move(token)](Connection& connection, const HttpMessage& request) {
    const bool is_good = request.field("Authorization") == "Bearer " + token;
    connection.write(is_good
                         ? ok(request.body)
                         : http_answer("401 Unauthorized", "who are you", "X-From: provider\r\n"));
  };
}

}  // namespace

TEST_CASE("a token that the provider refuses is refreshed once, though it should be good") {
  const Tokens tokens;
  TestProvider provider(only("token-1-0123456789"));
  BrokerRun run(provider, tokens.setting());
  const HttpMessage answer = run.ask("POST /v1/messages", "the body");
  CHECK(answer.status() == 200);
  CHECK(answer.body == "the body");
  CHECK(provider.fields("Authorization") ==
        Fields{"Bearer token-0-0123456789", "Bearer token-1-0123456789"});
  CHECK(tokens.given == 1);
  CHECK(run.ask("GET /v1/models").status() == 200);
  CHECK(tokens.given == 1);
  // One line for each request of the program's.
  CHECK(run.log_lines(2).size() == 2);
}

TEST_CASE("requests that are refused at the same time wait for one refresh") {
  const Tokens tokens;
  TestProvider provider(only("token-1-0123456789"));
  BrokerRun run(provider, tokens.setting());
  std::vector<std::future<int>> answers;
  for (int i = 0; i < 16; ++i) {
    answers.push_back(std::async(std::launch::async,
                                 [&] { return run.ask("POST /v1/messages", "{}").status(); }));
  }
  for (auto& answer : answers) CHECK(answer.get() == 200);
  CHECK(tokens.given == 1);
}

TEST_CASE("a token that has ended is refreshed before it is sent") {
  const Tokens tokens;
  TestProvider provider(only("token-1-0123456789"));
  BrokerRun run(provider, tokens.setting(-10));
  CHECK(run.ask("GET /v1/models").status() == 200);
  CHECK(provider.fields("Authorization") == Fields{"Bearer token-1-0123456789"});
}

TEST_CASE("a body of up to 8 MiB is sent again with the new token") {
  const Tokens tokens;
  TestProvider provider(only("token-1-0123456789"));
  BrokerRun run(provider, tokens.setting());
  const std::string body = pattern(8U << 20U);
  const HttpMessage answer = run.ask("POST /v1/messages", body);
  CHECK(answer.status() == 200);
  CHECK(bool(answer.body == body));
}

TEST_CASE("a larger body isn't sent again: the refusal comes back, and the next request goes") {
  const Tokens tokens;
  TestProvider provider(only("token-1-0123456789"));
  BrokerRun run(provider, tokens.setting());
  const HttpMessage answer = run.ask("POST /v1/messages", pattern((8U << 20U) + 300'000));
  CHECK(answer.status() == 401);
  CHECK(answer.field("X-From") == "provider");
  // There is another key now.
  CHECK(answer.field("x-should-retry") != "false");
  CHECK(run.ask("GET /v1/models").status() == 200);
  CHECK(tokens.given == 1);
}

TEST_CASE("where no other key can be had, a refusal comes back at once and for good") {
  TestProvider provider(only("nobody"));
  BrokerRun run(provider);
  const HttpMessage answer = run.ask("POST /v1/messages", "{}");
  CHECK(answer.status() == 401);
  CHECK(answer.body == "who are you");
  CHECK(answer.field("x-should-retry") == "false");
  CHECK(answer.count("x-should-retry") == 1);
  CHECK(provider.requests().size() == 1);
}

TEST_CASE("a provider that refuses every token is asked for one new one, and then believed") {
  const Tokens tokens;
  TestProvider provider(only("nobody"));
  BrokerRun run(provider, tokens.setting());
  for (int i = 0; i < 3; ++i) {
    const HttpMessage answer = run.ask("POST /v1/messages", "{}");
    CHECK(answer.status() == 401);
    CHECK(answer.field("x-should-retry") == "false");
  }
  CHECK(tokens.given == 1);
  CHECK(provider.requests().size() == 4);
}

TEST_CASE("a sign-out and another key act on the next request, and on none before") {
  TestProvider provider([](Connection& connection, const HttpMessage&) { connection.write(ok()); });
  BrokerRun run(provider);
  auto client = run.client();
  const auto status = [&] {
    client.send(run.request("GET /v1/models"));
    return client.answer().status();
  };
  CHECK(status() == 200);
  CHECK(run.profile.run({"signout", "acme"}).exit_code == 0);
  client.send(run.request("GET /v1/models"));
  const HttpMessage refused = client.answer();
  CHECK(refused.status() == 403);
  CHECK(refused.field("x-should-retry") == "false");
  CHECK_THAT(refused.body, Contains("signed-out") && Contains("pindus: "));
  run.store_key("sk-another-0123456789abcdefghij");
  CHECK(status() == 200);
  CHECK(provider.fields("x-api-key") ==
        Fields{BrokerRun::real_key, "sk-another-0123456789abcdefghij"});
  CHECK_THAT(run.log_lines(3).at(1), Contains("\"rule\":\"signed-out\""));
}

TEST_CASE("a refresh that fails is a 503 that may be asked again") {
  const LoopbackServer broken([](Connection& connection) {
    static_cast<void>(connection.read_request());
    connection.write(http_answer("503 Service Unavailable", "later"));
  });
  Tokens tokens;
  auto setting = tokens.setting(-10);
  setting.methods = fmt::format(R"({{"oauth": {{"library": "pkce.so", "abi": "1.0", "options": {{
    "client_id": "pindus-test", "authorize_url": "{0}auth", "token_url": "{0}token",
    "redirect_uri": "http://127.0.0.1:1455/auth/callback", "scope": "x"}}}}}})",
                                broken.url());
  TestProvider provider(only("nobody"));
  setting.vault = tokens.setting(3600).vault;
  BrokerRun run(provider, setting);
  run.profile.expire_token();
  const HttpMessage answer = run.ask("GET /v1/models");
  CHECK(answer.status() == 503);
  CHECK(answer.field("x-should-retry") == "true");
  CHECK_THAT(answer.body, !Contains("token-0") && !Contains("refresh-0"));
}
