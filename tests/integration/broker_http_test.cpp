// What goes through the broker: HTTP/1.1 with all its corners, and bytes as they come.
#include <catch2/catch.hpp>
#include <future>

#include "tests/integration/broker_run.hpp"

using Catch::Matchers::Contains;
using pindus::test::BrokerRun;
using pindus::test::Connection;
using pindus::test::eventually;
using pindus::test::HttpMessage;
using pindus::test::HttpReader;
using pindus::test::ok;
using pindus::test::pattern;
using pindus::test::say_fine;
using pindus::test::TestProvider;

namespace {

// Says what it got.
void echo(Connection& connection, const HttpMessage& request) {
  connection.write(ok(request.body));
}

std::string in_chunks(std::string_view text, std::size_t size) {
  std::string chunked;
  char length[32];
  for (std::size_t at = 0; at < text.size(); at += size) {
    const std::string_view part = text.substr(at, size);
    std::snprintf(length, sizeof length, "%zx;extension=1\r\n", part.size());
    chunked += length + std::string(part) + "\r\n";
  }
  return chunked + "0\r\nX-Trailer: 1\r\n\r\n";
}

}  // namespace

TEST_CASE("events go on as they come, in both kinds of framing, before the provider is done") {
  for (const auto over : {TestProvider::Over::tls, TestProvider::Over::tcp}) {
    std::promise<void> seen_first;
    TestProvider provider(
        [&](Connection& connection, const HttpMessage&) {
          connection.write(
              "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
              "Transfer-Encoding: chunked\r\n\r\n8\r\ndata: 1\n\r\n");
          seen_first.get_future().wait();
          connection.write("8\r\ndata: 2\n\r\n0\r\n\r\n");
        },
        over);
    BrokerRun run(provider);
    auto client = run.client();
    client.send(run.request("GET /v1/stream"));
    HttpMessage answer = client.head();
    CHECK(answer.field("Content-Type") == "text/event-stream");
    std::string text;
    client.reader().read_body(answer, [&](std::string_view part) {
      if (text.empty()) seen_first.set_value();
      text += part;
    });
    CHECK(text == "data: 1\ndata: 2\n");
    CHECK(answer.is_whole);
  }
}

TEST_CASE("a body goes on as it comes, before the program has sent all of it") {
  auto provider = TestProvider::raw([](Connection& connection) {
    HttpReader reader([&] { return connection.read_some(); });
    auto request = reader.next_head();
    if (!request) return;
    bool is_first = true;
    reader.read_body(*request, [&](std::string_view) {
      if (is_first) connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
      is_first = false;
    });
    connection.write("ok");
  });
  BrokerRun run(*provider);
  auto client = run.client();
  client.send(run.request("POST /v1/up", "Content-Length: 6\r\n") + "abc");
  CHECK(client.head().status() == 200);  // it has the first half
  client.send("def");
  CHECK(client.reader().take_some() == "ok");
}

TEST_CASE("100 MB go through both ways and not a bit is another, by length and in chunks") {
  const std::string body = pattern(100'000'000);
  TestProvider provider(echo);
  BrokerRun run(provider);
  auto client = run.client();
  for (const bool chunked : {false, true}) {
    std::jthread sender([&] {
      if (chunked) {
        client.send(run.request("POST /v1/up", "Transfer-Encoding: chunked\r\n") +
                    in_chunks(body, 70'001));
      } else {
        client.send(
            run.request("POST /v1/up", "Content-Length: " + std::to_string(body.size()) + "\r\n"));
        client.send(body);
      }
    });
    const HttpMessage answer = client.answer();
    CHECK(answer.status() == 200);
    CHECK(answer.body.size() == body.size());
    CHECK(bool(answer.body == body));
  }
  CHECK(provider.fields("Content-Length") == std::vector<std::string>{"100000000", "-"});
  CHECK(provider.fields("Transfer-Encoding") == std::vector<std::string>{"-", "chunked"});
}

TEST_CASE("an answer in chunks of any size comes whole, its extensions and trailers dropped") {
  const std::string body = pattern(300'000, 7);
  TestProvider provider([&](Connection& connection, const HttpMessage& request) {
    const std::size_t size = request.line().contains("small") ? 7 : 65'536;
    connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
                     in_chunks(body, size));
  });
  BrokerRun run(provider);
  for (const char* call : {"GET /v1/small", "GET /v1/large"}) {
    const HttpMessage answer = run.ask(call);
    CHECK(bool(answer.body == body));
    CHECK(answer.is_whole);
    CHECK(answer.count("Transfer-Encoding") == 1);
  }
}

TEST_CASE("an answer with a length and a transfer coding has one end") {
  // RFC 9112, section 6.3: the coding counts; the length would make the program lose its place.
  TestProvider provider([](Connection& connection, const HttpMessage&) {
    connection.write(
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
        "9\r\nall of it\r\n0\r\n\r\n");
  });
  BrokerRun run(provider);
  auto client = run.client();
  for (int i = 0; i < 2; ++i) {
    client.send(run.request("GET /v1/odd"));
    const HttpMessage answer = client.answer();
    CHECK(answer.count("Content-Length") + answer.count("Transfer-Encoding") == 1);
    CHECK(answer.body == "all of it");
  }
}

TEST_CASE("whoever waits for leave to send a body gets it at once") {
  TestProvider provider(echo);
  BrokerRun run(provider);
  auto client = run.client();
  client.send(run.request("POST /v1/up", "Expect: 100-continue\r\nContent-Length: 4\r\n"));
  CHECK(client.head().status() == 100);
  client.send("body");
  CHECK(client.answer().body == "body");
  CHECK(provider.fields("Expect") == std::vector<std::string>{"-"});
}

TEST_CASE("a request that isn't allowed gets its refusal in the place of leave to send") {
  TestProvider provider(echo);
  BrokerRun run(provider);
  auto client = run.client();
  client.send("POST /acme/v1/up HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(run.port) +
              "\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  const HttpMessage answer = client.answer();
  CHECK(answer.status() == 403);
  CHECK(answer.field("x-should-retry") == "false");
  CHECK(answer.field("Connection") == "close");
  CHECK(client.is_closed());
  CHECK(provider.requests().empty());
}

TEST_CASE("one connection carries one request after the other, on one to the provider") {
  TestProvider provider(echo);
  BrokerRun run(provider);
  auto client = run.client();
  for (int i = 0; i < 20; ++i) {
    const std::string body = pattern(static_cast<std::size_t>(i) * 5000, 3);
    client.send(
        run.request("POST /v1/up", "Content-Length: " + std::to_string(body.size()) + "\r\n") +
        body);
    CHECK(bool(client.answer().body == body));
  }
  CHECK(provider.connections() == 1);
}

TEST_CASE("requests that came at once are answered in their order") {
  TestProvider provider([](Connection& connection, const HttpMessage& request) {
    connection.write(ok(request.line()));
  });
  BrokerRun run(provider);
  auto client = run.client();
  std::string all;
  for (int i = 0; i < 10; ++i) {
    all += run.request("POST /v1/" + std::to_string(i), "Content-Length: 2\r\n") + "ab";
  }
  client.send(all);
  for (int i = 0; i < 10; ++i) {
    CHECK(client.answer().body == "POST /base/v1/" + std::to_string(i) + " HTTP/1.1");
  }
}

TEST_CASE(
    "HEAD, 204 and 304 have no body, whatever their fields say, and the next answer is right") {
  TestProvider provider([](Connection& connection, const HttpMessage& request) {
    if (request.line().starts_with("HEAD")) {
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
    } else if (request.line().contains("204")) {
      connection.write("HTTP/1.1 204 No Content\r\n\r\n");
    } else if (request.line().contains("304")) {
      connection.write("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n");
    } else {
      connection.write(ok());
    }
  });
  BrokerRun run(provider);
  auto client = run.client();
  client.send(run.request("HEAD /v1/models"));
  const HttpMessage head = client.answer(true);
  CHECK(head.status() == 200);
  CHECK(head.field("Content-Length") == "5000");
  client.send(run.request("GET /v1/204"));
  const HttpMessage empty = client.answer();
  CHECK(empty.status() == 204);
  CHECK_FALSE(empty.field("Content-Length"));
  CHECK_FALSE(empty.field("Transfer-Encoding"));
  client.send(run.request("GET /v1/304"));
  CHECK(client.answer().field("ETag") == "\"x\"");
  client.send(run.request("GET /v1/models"));
  CHECK(client.answer().body == "fine");
}

TEST_CASE("HTTP/1.0 gets no chunks, and its connection goes on only where it asks for that") {
  TestProvider provider([](Connection& connection, const HttpMessage&) {
    connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n");
  });
  BrokerRun run(provider);
  auto client = run.client();
  client.send(run.request("GET /v1/models", "", "HTTP/1.0"));
  const HttpMessage answer = client.answer();
  CHECK_FALSE(answer.field("Transfer-Encoding"));
  CHECK(answer.body == "fine");
  CHECK(client.is_closed());
  TestProvider with_length(say_fine);
  BrokerRun other(with_length);
  auto kept = other.client();
  for (int i = 0; i < 2; ++i) {
    kept.send(other.request("GET /v1/models", "Connection: keep-alive\r\n", "HTTP/1.0"));
    const HttpMessage again = kept.answer();
    CHECK(again.body == "fine");
    CHECK(again.field("Connection") == "keep-alive");
  }
}

TEST_CASE("what isn't HTTP is answered with 400 and the end, and is in the log") {
  TestProvider provider(say_fine);
  BrokerRun run(provider);
  const std::string head = run.request("GET /v1/models");
  const std::string host = head.substr(0, head.size() - 2);
  for (const std::string& odd :
       {std::string("hello\r\n\r\n"), std::string("GET /acme/v1/models HTTP/2.0\r\n\r\n"),
        host + "Bad Name: x\r\n\r\n", host + "Name : x\r\n\r\n", host + "X: a\rb\r\n\r\n",
        host + "X: a\nY: b\r\n\r\n", host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        host + "X: " + std::string(100'000, 'x') + "\r\n\r\n"}) {
    INFO(odd.substr(0, 300));
    auto client = run.client();
    client.send(odd);
    const HttpMessage answer = client.answer();
    CHECK((answer.status() == 400 || answer.status() == 431));
    CHECK(client.is_closed());
  }
  CHECK(provider.requests().empty());
  CHECK(run.log_lines(9).size() == 9);
}

TEST_CASE("a chunk that is none ends the request, and never begins another") {
  TestProvider provider(echo);
  BrokerRun run(provider);
  for (const char* chunk : {"zz\r\nabc\r\n0\r\n\r\n", "3\r\nabcX0\r\n\r\n", "-1\r\n",
                            "3 \nabc\r\n0\r\n\r\n", "fffffffffffffffff\r\nabc\r\n0\r\n\r\n"}) {
    INFO(chunk);
    auto client = run.client();
    client.send(run.request("POST /v1/up", "Transfer-Encoding: chunked\r\n") + chunk +
                run.request("GET /v1/smuggled"));
    std::string all;
    for (std::string part; !(part = client.reader().take_some()).empty();) all += part;
    CHECK_THAT(all, !Contains("200 OK"));
  }
  for (const HttpMessage& request : provider.requests()) {
    CHECK_THAT(request.line(), !Contains("smuggled"));
  }
}

TEST_CASE("fields arrive at both ends as they should") {
  TestProvider provider([](Connection& connection, const HttpMessage&) {
    connection.write(ok("fine",
                        "Set-Cookie: a=1\r\nrequest-id: r1\r\nAccess-Control-Allow-Origin: *\r\n"
                        "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\nX-Empty:\r\n"
                        "Content-Encoding: gzip\r\n"));
  });
  BrokerRun run(provider);
  const HttpMessage answer =
      run.ask("POST /v1/up?a=%20b&key=x&c", "{}",
              "Authorization: Bearer stored-login\r\nCookie: a=1\r\nX-Forwarded-For: 1.2.3.4\r\n"
              "x-app: cli\r\nx-empty:\r\nAccept-Encoding: gzip, br\r\nX-Drop: 1\r\n"
              "Connection: X-Drop\r\nContent-Type: application/json\r\n");
  CHECK(answer.body == "fine");
  CHECK(answer.field("request-id") == "r1");
  CHECK(answer.field("X-Empty") == "");
  CHECK(answer.field("Content-Encoding") == "gzip");
  for (const char* gone : {"Set-Cookie", "Access-Control-Allow-Origin", "Keep-Alive"}) {
    CHECK_FALSE(answer.field(gone));
  }
  REQUIRE(provider.requests().size() == 1);
  const HttpMessage request = provider.requests()[0];
  CHECK(request.line() == "POST /base/v1/up?a=%20b&c HTTP/1.1");
  CHECK(request.field("Host") == "127.0.0.1:" + std::to_string(provider.port()));
  CHECK(request.field("x-app") == "cli");
  CHECK(request.field("x-empty") == "");
  CHECK(request.field("Accept-Encoding") == "gzip, br");
  CHECK(request.field("Content-Type") == "application/json");
  CHECK(request.field("Content-Length") == "2");
  for (const char* gone : {"Authorization", "Cookie", "X-Forwarded-For", "X-Drop", "User-Agent",
                           "Accept", "Expect", "Via"}) {
    INFO(gone);
    CHECK_FALSE(request.field(gone));
  }
}

TEST_CASE(
    "an alias goes where it stands for, a redirect comes back, an anonymous call has no key") {
  TestProvider provider([](Connection& connection, const HttpMessage&) {
    connection.write(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: https://x.example/\r\n"
        "Content-Length: 0\r\n\r\n");
  });
  BrokerRun run(provider);
  const HttpMessage answer = run.ask("POST /short");
  CHECK(answer.status() == 307);
  CHECK(answer.field("Location") == "https://x.example/");
  auto client = run.client();
  client.send("HEAD /acme/hello HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(run.port) +
              "\r\n\r\n");
  CHECK(client.answer(true).status() == 307);
  REQUIRE(provider.requests().size() == 2);
  CHECK(provider.requests()[0].line() == "POST /base/v1/long HTTP/1.1");
  CHECK(provider.fields("x-api-key") == std::vector<std::string>{BrokerRun::real_key, "-"});
}
