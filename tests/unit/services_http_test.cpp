#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/support/loopback_server.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/services_support.hpp"

using pindus::HttpFailure;
using pindus::HttpRequest;
using pindus::Secret;
using pindus::test::Connection;
using pindus::test::fetch;
using pindus::test::http_answer;
using pindus::test::LoopbackServer;
using pindus::test::services;
using pindus::test::SetVariables;
using namespace std::chrono_literals;

// The system's resolver, but for one name that it has to think about for a long time. libcurl finds
// this one first.
extern "C" [[gnu::visibility("default")]] int getaddrinfo(const char* node, const char* service,
                                                          const addrinfo* hints, addrinfo** out) {
  if (node != nullptr && std::string_view(node) == "slow-name.test") {
    std::this_thread::sleep_for(3s);
    return EAI_NONAME;
  }
  const auto real = reinterpret_cast<decltype(&::getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(node, service, hints, out);
}

namespace {

using Clock = std::chrono::steady_clock;

struct Interrupted {
  std::expected<pindus::HttpResponse, HttpFailure> outcome;
  Clock::duration after_the_stop;
};

// A request that is stopped once it has been under way for 200 ms.
Interrupted interrupt(const std::string& url) {
  services();
  std::stop_source source;
  Clock::time_point stopped;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(200ms);
    stopped = Clock::now();
    source.request_stop();
  });
  auto outcome = fetch(url, {}, source.get_token());
  const auto end = Clock::now();
  stopper.join();
  return {std::move(outcome), end - stopped};
}

void check_cancelled(const Interrupted& interrupted) {
  REQUIRE_FALSE(interrupted.outcome);
  CHECK(interrupted.outcome.error().kind == HttpFailure::Kind::cancelled);
  CHECK(interrupted.after_the_stop < 100ms);
}

}  // namespace

TEST_CASE("status, header fields and body of an answer come back as they were sent") {
  const std::string body("{\"a\":\0 1}", 9);
  LoopbackServer server([&](Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n");
    connection.write(
        http_answer("429 Too Many Requests", body, "Retry-After:  5 \r\nX-Empty:\r\n"));
  });
  const auto answer = fetch(server.url());
  REQUIRE(answer);
  CHECK(answer->status == 429);
  CHECK(answer->body.view() == body);
  const std::vector<std::pair<std::string, std::string>> headers = {
      {"Content-Length", "9"}, {"Retry-After", "5"}, {"X-Empty", ""}};
  CHECK(answer->headers == headers);
}

TEST_CASE("a request holds what was asked for and our name") {
  std::string seen;
  LoopbackServer server([&](Connection& connection) {
    seen = connection.read_request();
    connection.write(http_answer("200 OK", ""));
  });
  const std::vector<std::string> allowed = {server.host()};
  HttpRequest request;
  request.method = "POST";
  request.url = server.url("/token?x=1");
  request.headers.emplace_back("Content-Type", Secret(std::string_view("application/json")));
  request.headers.emplace_back("Authorization", Secret(std::string_view("Bearer abc")));
  request.headers.emplace_back("X-Empty", Secret());
  request.body = Secret(std::string_view("{\"grant_type\":\"x\"}"));
  request.allowed_hosts = allowed;
  REQUIRE(services().send(request, {}));
  CHECK(seen.starts_with("POST /token?x=1 HTTP/1.1\r\n"));
  CHECK(seen.find("\r\nContent-Type: application/json\r\n") != std::string::npos);
  CHECK(seen.find("\r\nAuthorization: Bearer abc\r\n") != std::string::npos);
  CHECK(seen.find("\r\nX-Empty:\r\n") != std::string::npos);
  CHECK(seen.find("\r\nUser-Agent: pindus/" PINDUS_VERSION "\r\n") != std::string::npos);
  CHECK(seen.ends_with("\r\n\r\n{\"grant_type\":\"x\"}"));

  request.user_agent = "Editor/1.0";
  REQUIRE(services().send(request, {}));
  CHECK(seen.find("\r\nUser-Agent: Editor/1.0\r\n") != std::string::npos);
  CHECK(seen.find("pindus/") == std::string::npos);
}

TEST_CASE("any method is sent as it is, with its body, and nobody makes up what that is") {
  std::string seen;
  LoopbackServer server([&](Connection& connection) {
    seen = connection.read_request();
    // What a GET would bring follows this of no HEAD.
    connection.write(seen.starts_with("HEAD ")
                         ? "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nX-Seen: 1\r\n\r\n"
                         : http_answer("200 OK", "", "X-Seen: 1\r\n"));
  });
  const std::vector<std::string> allowed = {server.host()};
  const auto send = [&](std::string method, std::string_view body) {
    HttpRequest request;
    request.method = std::move(method);
    request.url = server.url();
    request.body = Secret(body);
    request.allowed_hosts = allowed;
    const auto answer = services().send(request, {});
    REQUIRE(answer);
    CHECK(answer->body.view().empty());
    return seen;
  };
  for (const char* method :
       {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "x-lower"}) {
    CAPTURE(method);
    const std::string request = send(method, "");
    CHECK(request.starts_with(std::string(method) + " / HTTP/1.1\r\n"));
    const bool has_length = request.contains("\r\nContent-Length: 0\r\n");
    const std::string_view name = method;
    CHECK(has_length == (name == "POST" || name == "PUT" || name == "PATCH"));
    CHECK_FALSE(request.contains("\r\nContent-Type:"));
  }
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "QUERY"}) {
    CAPTURE(method);
    const std::string request = send(method, "{}");
    CHECK(request.starts_with(std::string(method) + " / HTTP/1.1\r\n"));
    CHECK(request.contains("\r\nContent-Length: 2\r\n"));
    CHECK(request.ends_with("\r\n\r\n{}"));
    CHECK_FALSE(request.contains("\r\nContent-Type:"));
  }
}

TEST_CASE("a redirect is an answer and not followed") {
  LoopbackServer elsewhere([](Connection& connection) { connection.read_request(); });
  LoopbackServer server([&](Connection& connection) {
    connection.read_request();
    connection.write(
        http_answer("307 Temporary Redirect", "", "Location: " + elsewhere.url("/steal") + "\r\n"));
  });
  const auto answer = fetch(server.url(), "refresh_token=r");
  REQUIRE(answer);
  CHECK(answer->status == 307);
  CHECK(elsewhere.connections() == 0);
}

TEST_CASE("neither cookies nor a .netrc are sent") {
  const pindus::test::TemporaryDirectory home;
  pindus::test::write_file(home / ".netrc", "machine 127.0.0.1 login me password pw\n");
  ::setenv("HOME", home.path().c_str(), 1);
  std::string seen;
  LoopbackServer server([&](Connection& connection) {
    seen = connection.read_request();
    connection.write(http_answer("200 OK", "", "Set-Cookie: id=1; Path=/\r\n"));
  });
  REQUIRE(fetch(server.url()));
  REQUIRE(fetch(server.url()));
  CHECK(seen.find("Cookie") == std::string::npos);
  CHECK(seen.find("Authorization") == std::string::npos);
}

TEST_CASE("an answer to loopback in the clear never passes a proxy") {
  LoopbackServer proxy([](Connection& connection) { connection.read_request(); });
  LoopbackServer server([](Connection& connection) {
    connection.read_request();
    connection.write(http_answer("200 OK", "direct"));
  });
  const SetVariables variables{{"http_proxy", proxy.url()}, {"all_proxy", proxy.url()}};
  const auto answer = fetch(server.url());
  REQUIRE(answer);
  CHECK(answer->body.view() == "direct");
  CHECK(proxy.connections() == 0);
}

TEST_CASE("an answer of a mebibyte is taken, an endless one is given up") {
  const std::string chunk(65536, 'x');
  LoopbackServer server([&](Connection& connection) {
    const bool endless = connection.read_request().starts_with("GET /endless");
    connection.write("HTTP/1.1 200 OK\r\n\r\n");
    for (int i = 0; endless || i < 15; ++i) {
      if (!connection.write(chunk)) break;
    }
  });
  const auto large = fetch(server.url("/large"));
  REQUIRE(large);
  CHECK(large->body.view().size() == 15 * chunk.size());

  const auto endless = fetch(server.url("/endless"));
  REQUIRE_FALSE(endless);
  CHECK(endless.error().kind == HttpFailure::Kind::too_large);
  CHECK(endless.error().why.message.find(server.host()) != std::string::npos);
}

TEST_CASE("endless header fields are given up") {
  LoopbackServer server([](Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\n");
    while (connection.write("X-More: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  CHECK_FALSE(fetch(server.url()));
}

TEST_CASE("an answer that ends too early is a failure that names the host") {
  LoopbackServer server([](Connection& connection) {
    const std::string request = connection.read_request();
    if (request.starts_with("GET /body")) {
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"access");
    } else if (request.starts_with("GET /chunk")) {
      connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{\"acc");
    }
  });
  for (const char* path : {"/body", "/chunk", "/nothing"}) {
    CAPTURE(path);
    const auto answer = fetch(server.url(path));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == HttpFailure::Kind::network);
    CHECK(answer.error().why.message.find(server.host()) != std::string::npos);
  }
}

TEST_CASE("what isn't HTTP is a failure") {
  LoopbackServer server([](Connection& connection) {
    connection.read_request();
    connection.write("220 mail.example.com ESMTP\r\n");
  });
  const auto answer = fetch(server.url());
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == HttpFailure::Kind::network);
}

TEST_CASE("a failure names the host and never what a URL's query holds") {
  int closed_port = 0;
  {
    const LoopbackServer server([](Connection&) {});
    closed_port = server.port();
  }
  const std::string host = "127.0.0.1:" + std::to_string(closed_port);
  const auto answer = fetch("http://" + host + "/token?code=s3cret");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == HttpFailure::Kind::network);
  CHECK(answer.error().why.message == host + " can't be reached");
  CHECK(answer.error().why.hint.find("https_proxy") != std::string::npos);
}

TEST_CASE("an interrupt ends an exchange at once, wherever it waits") {
  LoopbackServer server([](Connection& connection) {
    const std::string request = connection.read_request();
    if (request.starts_with("GET /body")) {
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
    }
    connection.sleep(10s);
  });
  SECTION("for the head of an answer") {
    check_cancelled(interrupt(server.url()));
  }
  SECTION("for the rest of a body") {
    check_cancelled(interrupt(server.url("/body")));
  }
  SECTION("for the server's side of TLS") {
    check_cancelled(interrupt("https://" + server.host() + "/"));
  }
  SECTION("for an address") {
    check_cancelled(interrupt("https://slow-name.test/"));
  }
}

TEST_CASE("a request that was stopped before it began isn't sent") {
  LoopbackServer server([](Connection& connection) { connection.sleep(10s); });
  std::stop_source source;
  source.request_stop();
  const auto answer = fetch(server.url(), {}, source.get_token());
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == HttpFailure::Kind::cancelled);
  CHECK(server.connections() == 0);
}

TEST_CASE("a connection that doesn't come about is given up after 10 s") {
  LoopbackServer server([](Connection& connection) { connection.sleep(20s); });
  const auto start = Clock::now();
  const auto answer = fetch("https://" + server.host() + "/");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == HttpFailure::Kind::timeout);
  CHECK(Clock::now() - start > 9s);
  CHECK(Clock::now() - start < 12s);
}

TEST_CASE("an answer that drips is given up after 30 s") {
  LoopbackServer server([](Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\n\r\n");
    while (connection.sleep(500ms) && connection.write("x")) {
    }
  });
  const auto start = Clock::now();
  const auto answer = fetch(server.url());
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == HttpFailure::Kind::timeout);
  CHECK(Clock::now() - start > 29s);
  CHECK(Clock::now() - start < 33s);
}
