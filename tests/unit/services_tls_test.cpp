#include "tests/unit/services_tls_support.hpp"

using pindus::test::at;
using pindus::test::Authority;
using pindus::test::check_refused;
using pindus::test::Connection;
using pindus::test::far_ahead;
using pindus::test::fetch;
using pindus::test::http_answer;
using pindus::test::long_ago;
using pindus::test::LoopbackServer;
using pindus::test::Proxy;
using pindus::test::refusal;
using pindus::test::SetVariables;

TEST_CASE("a certificate that can't be right now is refused with what to look at") {
  Authority authority;
  const SetVariables trusted{{"SSL_CERT_FILE", authority.path("ca.pem")}};
  SECTION("not valid yet: the clock") {
    authority.sign("here", "20480101000000Z", far_ahead);
    check_refused(at(authority.serve()), "is not valid yet", "clock");
  }
  SECTION("expired: the clock, or the server") {
    authority.sign("here", long_ago, "20210101000000Z");
    check_refused(at(authority.serve()), "has expired", "clock");
  }
  SECTION("for another name") {
    authority.sign("elsewhere", long_ago, far_ahead);
    check_refused(at(authority.serve()), "is for another name", "");
  }
}

TEST_CASE("six ways to fail at setting up TLS are told apart") {
  Authority authority;
  authority.sign("here", long_ago, far_ahead);
  const SetVariables trusted{{"SSL_CERT_FILE", authority.path("ca.pem")}};
  SECTION("a connection that is reset") {
    LoopbackServer server([](Connection& connection) {
      connection.read_some();
      connection.reset();
    });
    check_refused("https://" + server.host(), "reset the connection while TLS was set up",
                  "firewall");
    // It may pass: the request had not been sent, so it was tried once more.
    CHECK(server.connections() == 2);
  }
  SECTION("a connection that is closed") {
    LoopbackServer server([](Connection& connection) { connection.read_some(); });
    check_refused("https://" + server.host(), "closed the connection while TLS was set up",
                  "firewall");
  }
  SECTION("HTTP, or anything else in the clear, where https was asked for") {
    const std::string words =
        GENERATE(as<std::string>(), "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
                 "220 mail.example.com ESMTP\r\n", "SSH-2.0-OpenSSH_9.2\r\n");
    LoopbackServer server([&](Connection& connection) {
      connection.read_some();
      connection.write(words);
    });
    check_refused("https://" + server.host(), "answers without TLS", "port");
    CHECK(server.connections() == 1);
  }
  SECTION("a server that answers with an alert") {
    const int port =
        authority.serve({"-servername", "elsewhere.example", "-servername_fatal", "-cert2",
                         authority.path("server.pem"), "-key2", authority.path("server.key")});
    check_refused(at(port, "localhost"), "refused to set up TLS (unrecognized name)", "name");
  }
  SECTION("a server that wants a certificate of ours, which TLS 1.3 says late") {
    for (const std::string& version : {std::string("-tls1_3"), std::string("-tls1_2")}) {
      const int port = authority.serve({"-Verify", "1", version});
      check_refused(at(port), version == "-tls1_3" ? "wants a certificate of yours" : "refused to",
                    "address");
    }
  }
  SECTION("a server that speaks nothing above TLS 1.1") {
    const int port = authority.serve({"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"});
    check_refused(at(port), "offers no TLS 1.2 or later", "up to date");
    CHECK(fetch(at(authority.serve({"-tls1_2"}))));
  }
}

TEST_CASE("a connection that fails before the request was sent is tried once more") {
  Authority authority;
  authority.sign("here", long_ago, far_ahead);
  const SetVariables trusted{{"SSL_CERT_FILE", authority.path("ca.pem")}};
  const int port = authority.serve();
  std::atomic<int> count = 0;
  LoopbackServer flaky([&](Connection& connection) {
    if (count++ > 0) return connection.tunnel_to(port);
    connection.read_some();
    connection.reset();
  });
  std::vector<std::string> log;
  const auto answer = fetch("https://" + flaky.host() + "/", {}, {},
                            [&](std::string line) { log.push_back(std::move(line)); });
  CAPTURE(log);
  REQUIRE(answer);
  CHECK(flaky.connections() == 2);
  REQUIRE(log.size() == 2);
  CHECK_THAT(log[0], Catch::StartsWith("GET " + flaky.host() + ": ") &&
                         Catch::Contains("reset the connection"));
  CHECK_THAT(log[1], Catch::StartsWith("GET " + flaky.host() + ": HTTP "));
}

TEST_CASE("https goes through https_proxy, and around it as no_proxy says") {
  Authority authority;
  authority.sign("here", long_ago, far_ahead);
  const int port = authority.serve();
  Proxy proxy;
  const SetVariables variables{{"SSL_CERT_FILE", authority.path("ca.pem")},
                               {"https_proxy", proxy.server.url()}};
  const auto answer = fetch(at(port));
  REQUIRE(answer);
  CHECK(proxy.seen.starts_with("CONNECT 127.0.0.1:" + std::to_string(port) + " HTTP/1.1\r\n"));
  for (const auto& [name, value] : answer->headers) CHECK(name != "X-From");

  const SetVariables around{{"no_proxy", "127.0.0.1"}};
  REQUIRE(fetch(at(port)));
  CHECK(proxy.server.connections() == 1);
}

TEST_CASE("a proxy that refuses is told apart from the server") {
  LoopbackServer proxy([](Connection& connection) {
    connection.read_request();
    connection.write(http_answer("407 Proxy Authentication Required", ""));
  });
  const SetVariables variables{{"https_proxy", proxy.url()}};
  check_refused(at(1), "the proxy answered 407 instead of reaching 127.0.0.1:1", "https_proxy");
}

TEST_CASE("a proxy is named where one was used, by its variable, and nowhere else") {
  const std::string variable = GENERATE("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY");
  int closed_port = 0;
  {
    const LoopbackServer server([](Connection&) {});
    closed_port = server.port();
  }
  SECTION("one that doesn't answer") {
    const SetVariables proxy{
        {variable, "http://me:s3cret@127.0.0.1:" + std::to_string(closed_port)}};
    const auto why = refusal(at(1));
    CHECK(why.message == "127.0.0.1:1 can't be reached: the proxy does not answer");
    CHECK(why.hint == variable + " is set: check that the proxy is right");
  }
  SECTION("one that no_proxy keeps away") {
    const SetVariables proxy{{variable, "http://127.0.0.1:1"}, {"no_proxy", "127.0.0.1"}};
    const auto why = refusal(at(closed_port));
    CHECK(why.message == "127.0.0.1:" + std::to_string(closed_port) + " can't be reached");
    CHECK(why.hint.find("is set") == std::string::npos);
  }
  SECTION("one that loopback in the clear never passes") {
    const SetVariables proxy{{variable, "http://127.0.0.1:1"}};
    const auto why = refusal("http://127.0.0.1:" + std::to_string(closed_port));
    CHECK(why.hint.find("is set") == std::string::npos);
  }
}

TEST_CASE(
    "the log says of each request what it was, what became of it, by which way, and no secret") {
  Authority authority;
  authority.sign("here", long_ago, far_ahead);
  const int port = authority.serve();
  const std::string ca = authority.path("ca.pem");
  Proxy proxy;
  std::vector<std::string> log;
  const auto logged = [&](const std::string& url, std::string_view body) {
    log.clear();
    std::ignore = fetch(url, body, {}, [&](std::string line) { log.push_back(std::move(line)); });
    REQUIRE(log.size() == 1);
    CHECK_THAT(log[0], !Catch::Contains("s3cret"));
    return log[0];
  };
  const SetVariables variables{{"SSL_CERT_FILE", ca},
                               {"https_proxy", "http://me:s3cret@" + proxy.server.host() + "/"}};
  const std::string through = logged(at(port) + "?code=s3cret", "");
  CHECK_THAT(through,
             Catch::StartsWith("GET 127.0.0.1:" + std::to_string(port) + ": HTTP 200, ") &&
                 Catch::Contains(" ms, proxy " + proxy.server.host() + " by https_proxy, ") &&
                 Catch::Contains("authorities: SSL_CERT_FILE=" + ca));
  LoopbackServer plain([](Connection& connection) {
    connection.read_request();
    connection.write(http_answer("503 Service Unavailable", ""));
  });
  const std::string clear = logged(plain.url("/token"), "refresh_token=s3cret");
  CHECK_THAT(clear, Catch::StartsWith("POST " + plain.host() + ": HTTP 503, ") &&
                        Catch::EndsWith(" ms, no proxy, no TLS"));
}
