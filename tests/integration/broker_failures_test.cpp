// Whoever goes away, and what the broker does about it.
#include <atomic>
#include <catch2/catch.hpp>

#include "tests/integration/broker_run.hpp"

using Catch::Matchers::Contains;
using pindus::test::BrokerRun;
using pindus::test::Connection;
using pindus::test::eventually;
using pindus::test::HttpMessage;
using pindus::test::HttpReader;
using pindus::test::ok;
using pindus::test::pattern;
using pindus::test::TestProvider;

namespace {

constexpr const char* first_event =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n";

void until_end(Connection& connection) {
  while (!connection.read_some().empty()) {
  }
}

}  // namespace

TEST_CASE("a program that goes away ends the provider's request, by FIN and by RST") {
  for (const bool streams : {false, true}) {
    for (const bool resets : {false, true}) {
      INFO("streams " << streams << ", resets " << resets);
      TestProvider provider([&](Connection& connection, const HttpMessage&) {
        if (streams) connection.write(first_event);
        until_end(connection);
      });
      BrokerRun run(provider);
      auto client = run.client();
      client.send(run.request("POST /v1/messages", "Content-Length: 2\r\n") + "{}");
      REQUIRE(eventually([&] { return provider.requests().size() == 1; }));
      if (streams) CHECK(client.head().status() == 200);
      if (resets) {
        client.reset();
      } else {
        client.close();
      }
      CHECK(eventually([&] { return provider.ended() == 1; }));
      const auto lines = run.log_lines(1);
      REQUIRE(lines.size() == 1);
      CHECK_THAT(lines[0], Contains("the program went away"));
      // The broker is none the worse for it.
      CHECK(run.log_lines(1).size() == 1);
    }
  }
}

TEST_CASE("a program that goes away in the middle of its body ends the provider's request") {
  auto provider = TestProvider::raw([](Connection& connection) { until_end(connection); });
  BrokerRun run(*provider);
  auto client = run.client();
  client.send(run.request("POST /v1/messages", "Content-Length: 200000\r\n") + pattern(100'000));
  REQUIRE(eventually([&] { return provider->connections() == 1; }));
  client.close();
  CHECK(eventually([&] { return provider->ended() == 1; }));
  CHECK(run.log_lines(1).size() == 1);
}

TEST_CASE("a program that hangs up after the last event leaves a line like any other") {
  TestProvider provider([](Connection& connection, const HttpMessage&) {
    connection.write(std::string(first_event) + "0\r\n\r\n");
  });
  BrokerRun run(provider);
  auto client = run.client();
  client.send(run.request("GET /v1/stream"));
  CHECK(client.answer().body == "a");
  client.reset();
  const auto lines = run.log_lines(1);
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0],
             Contains("\"status\":200") && Contains("\"received\":1") && !Contains("end"));
}

TEST_CASE("a connection that the provider closed meanwhile is not used again") {
  std::atomic<int> count = 0;
  auto provider = TestProvider::raw([&](Connection& connection) {
    HttpReader reader([&] { return connection.read_some(); });
    if (!reader.next()) return;
    ++count;
    connection.write(ok());  // and closes, though it didn't say so
  });
  BrokerRun run(*provider);
  auto client = run.client();
  for (int i = 1; i <= 5; ++i) {
    client.send(run.request("POST /v1/messages", "Content-Length: 2\r\n") + "{}");
    const HttpMessage answer = client.answer();
    CHECK(answer.status() == 200);
    CHECK(eventually([&] { return provider->ended() == i; }));
  }
  CHECK(count == 5);
}

TEST_CASE("a kept connection that breaks on a request's head is replaced by another") {
  std::atomic<int> connections = 0;
  auto provider = TestProvider::raw([&](Connection& connection) {
    const bool is_first = ++connections == 1;
    HttpReader reader([&] { return connection.read_some(); });
    while (reader.next()) {
      connection.write(ok());
      if (!is_first) continue;
      // The next request gets no answer.
      static_cast<void>(reader.next());
      return;
    }
  });
  BrokerRun run(*provider);
  auto client = run.client();
  for (int i = 0; i < 3; ++i) {
    client.send(run.request("POST /v1/messages", "Content-Length: 2\r\n") + "{}");
    const HttpMessage answer = client.answer();
    INFO(answer.body);
    CHECK(answer.status() == 200);
  }
  CHECK(connections == 2);
}

TEST_CASE("an answer that the provider breaks off is broken off for the program, and in the log") {
  for (const bool chunked : {false, true}) {
    TestProvider provider([&](Connection& connection, const HttpMessage&) {
      connection.write(chunked ? first_event : "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
      connection.sleep(std::chrono::milliseconds(20));
      connection.reset();
    });
    BrokerRun run(provider);
    auto client = run.client();
    client.send(run.request("GET /v1/stream"));
    const HttpMessage answer = client.answer();
    CHECK(answer.status() == 200);
    CHECK_FALSE(answer.is_whole);
    const auto lines = run.log_lines(1);
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], Contains("\"end\":"));
  }
}

TEST_CASE("a provider that can't be reached, or says no HTTP, is a 502 in words") {
  auto provider = TestProvider::raw([](Connection& connection) {
    static_cast<void>(connection.read_some());
    connection.write("this is no HTTP\r\n\r\n");
  });
  BrokerRun::Setting setting{.api = R"("error": {"problem": "{message}", "code": "{rule}"},)"};
  BrokerRun run(*provider, setting);
  const HttpMessage answer = run.ask("POST /v1/messages", "{}");
  CHECK(answer.status() == 502);
  CHECK(answer.field("x-should-retry") == "true");
  CHECK_THAT(answer.body, Contains("\"code\":\"unreachable\"") && Contains("pindus: 127.0.0.1"));
  CHECK_THAT(answer.body, !Contains(BrokerRun::real_key));
  CHECK_THAT(run.log_lines(1).at(0), Contains("\"rule\":\"unreachable\""));
}

TEST_CASE("a certificate that nobody signed is a 502, and no key goes there") {
  TestProvider provider([](Connection& connection, const HttpMessage&) { connection.write(ok()); });
  const TestProvider other([](Connection&, const HttpMessage&) {});
  BrokerRun run(provider);
  pindus::test::write_file(run.profile.path() / "other.pem", other.identity().certificate_pem());
  BrokerRun::Setting setting;
  setting.script = "exec cat";
  BrokerRun trusting(provider);
  CHECK(trusting.ask("GET /v1/models").status() == 200);
  // The same address, another authority.
  run.profile.environment["SSL_CERT_FILE"] = run.profile.path() / "other.pem";
  auto process = run.profile.start({"auth", "exec", "--broker", "acme", "--", "sh", "-c",
                                    "echo broker=$ACME_URL token=$ACME_KEY; exec cat"});
  const std::string where = process.wait_for("broker=http://127.0.0.1:");
  pindus::test::BrokerClient client(std::stoi(where));
  client.send(
      "GET /acme/v1/models HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(std::stoi(where)) +
      "\r\nx-api-key: " + where.substr(where.find("token=") + 6) + "\r\n\r\n");
  CHECK(client.answer().status() == 502);
  CHECK(provider.requests().size() == 1);
}

TEST_CASE("a program that doesn't read makes the provider wait, and costs no memory") {
  std::atomic<std::size_t> written = 0;
  TestProvider provider([&](Connection& connection, const HttpMessage&) {
    constexpr std::size_t whole = 200'000'000;
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(whole) + "\r\n\r\n");
    const std::string part(1'000'000, 'x');
    while (written < whole && connection.write(part)) written += part.size();
  });
  BrokerRun run(provider);
  auto client = run.client();
  client.send(run.request("GET /v1/large"));
  CHECK(client.head().status() == 200);
  std::size_t before = 1;
  CHECK(eventually([&] {
    const std::size_t now = written;
    const bool stands = now == before;
    before = now;
    if (!stands) std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return stands;
  }));
  CHECK(written < 60'000'000U);  // what sockets hold
  std::size_t read = 0;
  for (std::string part; read < 200'000'000;) {
    part = client.reader().take_some();
    if (part.empty()) break;
    read += part.size();
  }
  CHECK(read == 200'000'000U);
}
