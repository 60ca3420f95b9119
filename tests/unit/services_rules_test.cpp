#include "tests/support/loopback_server.hpp"
#include "tests/unit/services_support.hpp"

using pindus::HttpFailure;
using pindus::HttpRequest;
using pindus::Secret;
using pindus::test::Connection;
using pindus::test::fetch;
using pindus::test::LoopbackServer;
using pindus::test::services;

TEST_CASE("a host that the method doesn't name isn't connected to") {
  LoopbackServer server([](Connection& connection) { connection.read_request(); });
  HttpRequest request;
  request.url = server.url("/?token=s3cret");
  // The right host with another port is another host.
  for (const std::vector<std::string>& allowed :
       {std::vector<std::string>{}, {"127.0.0.1"}, {"127.0.0.1:1", "localhost"}}) {
    request.allowed_hosts = allowed;
    const auto answer = services().send(request, {});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == HttpFailure::Kind::forbidden);
    CHECK(answer.error().why.message.starts_with(server.host()));
    CHECK(answer.error().why.message.find("s3cret") == std::string::npos);
  }
  CHECK(server.connections() == 0);
}

TEST_CASE("http goes to loopback only, however it is spelt") {
  for (const char* url :
       {"http://example.com/", "http://10.0.0.1/", "http://127.0.0.1.example.com/",
        "http://localhost.example.com/", "http://[::2]/", "http://2130706433/", "http://127.1/",
        "http://127.0.0.01/", "http://128.0.0.1/", "http://0.0.0.0/", "http://127.0.0.1.1/",
        "http://127.0.0./", "HTTP://example.com/", "http://evil-localhost/",
        "http://localhost.localhost.example/", "http://localhost../", "http://.",
        "http://127.0.0.1./"}) {
    CAPTURE(url);
    const auto answer = fetch(url);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == HttpFailure::Kind::forbidden);
    CHECK(answer.error().why.hint.find("https") != std::string::npos);
  }
}

TEST_CASE(
    "a name that ends in .localhost is loopback, a final dot or not, whatever a name server says") {
  LoopbackServer server([](Connection& connection) {
    connection.read_request();
    connection.write(pindus::test::http_answer("200 OK", "here"));
  });
  for (const char* name :
       {"localhost", "acme.localhost", "a.b.localhost", "localhost.", "acme.localhost."}) {
    CAPTURE(name);
    const auto answer =
        fetch("http://" + std::string(name) + ":" + std::to_string(server.port()) + "/");
    REQUIRE(answer);
    CHECK(answer->body.view() == "here");
  }
}

TEST_CASE("a request that would mean something else to the server isn't sent") {
  LoopbackServer server([](Connection& connection) { connection.read_request(); });
  const std::vector<std::string> allowed = {server.host()};
  const auto kind_of = [&](HttpRequest& request) {
    request.allowed_hosts = allowed;
    const auto answer = services().send(request, {});
    REQUIRE_FALSE(answer);
    return answer.error().kind;
  };
  SECTION("a header field that holds another") {
    for (const char* value : {"a\r\nX-Admin: 1", "a\nb", "a\x7f"}) {
      HttpRequest request;
      request.url = server.url();
      request.headers.emplace_back("X-Value", Secret(std::string_view(value)));
      CHECK(kind_of(request) == HttpFailure::Kind::invalid);
    }
    HttpRequest request;
    request.url = server.url();
    request.headers.emplace_back("X-Value", Secret(std::string_view("a\0b", 3)));
    CHECK(kind_of(request) == HttpFailure::Kind::invalid);
  }
  SECTION("a field name that is none, or that says where the request ends") {
    for (const char* name :
         {"", "X Value", "X:Value", "X\r\nY", "Host", "content-length", "Transfer-Encoding"}) {
      HttpRequest request;
      request.url = server.url();
      request.headers.emplace_back(name, Secret(std::string_view("a")));
      CHECK(kind_of(request) == HttpFailure::Kind::invalid);
    }
  }
  SECTION("a URL, a method or a user agent that isn't one") {
    HttpRequest request;
    request.url = server.url("/a b");
    CHECK(kind_of(request) == HttpFailure::Kind::invalid);
    request.url = server.url("/a\r\nX: 1");
    CHECK(kind_of(request) == HttpFailure::Kind::invalid);
    request.url = "http://me@" + server.host();
    CHECK(kind_of(request) == HttpFailure::Kind::invalid);
    request.url = "file:///etc/passwd";
    CHECK(kind_of(request) == HttpFailure::Kind::invalid);
    request.url = server.url();
    for (const char* method : {"", "G ET", "GET\r\nX: 1", "CONNECT", "TRACE", "connect", "Trace",
                               "A-METHOD-OF-MORE-THAN-32-CHARACTERS"}) {
      CAPTURE(method);
      request.method = method;
      CHECK(kind_of(request) == HttpFailure::Kind::invalid);
    }
    request.method = "GET";
    request.user_agent = "a\r\nX: 1";
    CHECK(kind_of(request) == HttpFailure::Kind::invalid);
  }
  SECTION("a body where the method has none") {
    for (const char* method : {"GET", "HEAD"}) {
      HttpRequest request;
      request.url = server.url();
      request.method = method;
      request.body = Secret(std::string_view("a=b"));
      CHECK(kind_of(request) == HttpFailure::Kind::invalid);
    }
  }
  CHECK(server.connections() == 0);
}
