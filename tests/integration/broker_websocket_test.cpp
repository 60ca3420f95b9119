// Connections that become WebSockets. What they say then is nothing of the broker's.
#include <catch2/catch.hpp>

#include "tests/integration/broker_run.hpp"

using Catch::Matchers::Contains;
using pindus::test::BrokerRun;
using pindus::test::Connection;
using pindus::test::eventually;
using pindus::test::http_answer;
using pindus::test::HttpMessage;
using pindus::test::HttpReader;
using pindus::test::pattern;
using pindus::test::TestProvider;

namespace {

constexpr const char* wanted =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
constexpr const char* agreed =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

BrokerRun::Setting with_sockets() {
  return {.api = "\"upgrade\": true,"};
}

// Agrees, and says every byte again; `seen` has the request's head.
std::unique_ptr<TestProvider> echo(std::string& seen, TestProvider::Over over) {
  return TestProvider::raw(
      [&seen](Connection& connection) {
        HttpReader reader([&] { return connection.read_some(); });
        const auto request = reader.next_head();
        if (!request) return;
        seen = request->head;
        connection.write(std::string(agreed) + "hello");
        for (std::string part; !(part = reader.take_some()).empty();) {
          if (part.contains("bye") || !connection.write(part)) break;
        }
      },
      over);
}

std::string read_all(pindus::test::BrokerClient& client, std::size_t size) {
  std::string all;
  while (all.size() < size) {
    const std::string part = client.reader().take_some();
    if (part.empty()) break;
    all += part;
  }
  return all;
}

}  // namespace

TEST_CASE("bytes go both ways through a WebSocket, with the key in the place of the token") {
  for (const auto over : {TestProvider::Over::tls, TestProvider::Over::tcp}) {
    std::string seen;
    const auto provider = echo(seen, over);
    BrokerRun run(*provider, with_sockets());
    auto client = run.client();
    client.send(run.request("GET /v1/responses?a=1&key=x", wanted) + "early");
    const HttpMessage answer = client.head();
    CHECK(answer.status() == 101);
    CHECK(answer.field("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    CHECK(answer.count("Upgrade") == 1);
    CHECK(answer.count("Connection") == 1);
    CHECK(read_all(client, 10) == "helloearly");
    const std::string bytes = pattern(1'000'000);
    std::jthread sender([&] { client.send(bytes); });
    CHECK(bool(read_all(client, bytes.size()) == bytes));
    const HttpMessage request{.head = seen};
    CHECK(request.line() == "GET /base/v1/responses?a=1 HTTP/1.1");
    CHECK(request.field("x-api-key") == BrokerRun::real_key);
    CHECK(request.field("Host") == "127.0.0.1:" + std::to_string(provider->port()));
    CHECK(request.field("Sec-WebSocket-Key") == "dGhlIHNhbXBsZSBub25jZQ==");
    CHECK_THAT(seen, !Contains(run.token));
    client.close();
    CHECK(eventually([&] { return provider->ended() == 1; }));
    const auto lines = run.log_lines(1);
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], Contains("\"status\":101") && Contains("\"sent\":1000005"));
  }
}

TEST_CASE("a WebSocket ends from either side, and the broker lives on") {
  std::string seen;
  const auto provider = echo(seen, TestProvider::Over::tls);
  BrokerRun run(*provider, with_sockets());
  const pid_t broker = run.broker_child();
  int ended = 0;
  for (const char* way : {"bye", "close", "reset", "finish"}) {
    INFO(way);
    auto client = run.client();
    client.send(run.request("GET /v1/responses", wanted));
    CHECK(client.head().status() == 101);
    CHECK(read_all(client, 5) == "hello");
    const std::string what = way;
    if (what == "bye") {
      client.send("bye");
      CHECK(client.is_closed());
    } else if (what == "close") {
      client.close();
    } else if (what == "reset") {
      client.reset();
    } else {
      client.finish();
      CHECK(client.is_closed());
    }
    ++ended;
    CHECK(eventually([&] { return provider->ended() == ended; }));
    CHECK(run.log_lines(static_cast<std::size_t>(ended)).size() == static_cast<std::size_t>(ended));
  }
  CHECK(run.broker_child() == broker);
}

TEST_CASE("many WebSockets that end at any moment take nothing along") {
  std::string seen;
  auto provider = TestProvider::raw([](Connection& connection) {
    static_cast<void>(connection.read_request());
    connection.write(agreed);
    connection.write(pattern(500'000));
  });
  BrokerRun run(*provider, with_sockets());
  const pid_t broker = run.broker_child();
  for (int i = 0; i < 40; ++i) {
    auto client = run.client();
    client.send(run.request("GET /v1/responses", wanted));
    if (i % 4 == 0) client.reset();
    if (i % 4 == 1) {
      client.head();
      client.reset();
    }
    if (i % 4 == 2) {
      client.head();
      CHECK(read_all(client, 1'000'000).size() == 500'000U);
    }
  }
  CHECK(run.log_lines(40).size() == 40);
  CHECK(run.broker_child() == broker);
}

TEST_CASE("where the provider doesn't agree, its refusal is the answer") {
  TestProvider provider([](Connection& connection, const HttpMessage&) {
    connection.write(http_answer("404 Not Found", "no sockets here"));
  });
  BrokerRun run(provider, with_sockets());
  auto client = run.client();
  client.send(run.request("GET /v1/responses", wanted));
  CHECK(client.answer().status() == 404);
  CHECK(client.is_closed());
}

TEST_CASE("a provider that has no WebSockets is never asked for one: 426, at once") {
  TestProvider provider([](Connection&, const HttpMessage&) {});
  BrokerRun run(provider);
  auto client = run.client();
  client.send(run.request("GET /v1/responses", wanted));
  const HttpMessage answer = client.answer();
  CHECK(answer.status() == 426);
  CHECK(answer.field("Upgrade").has_value());
  CHECK(provider.connections() == 0);
}
