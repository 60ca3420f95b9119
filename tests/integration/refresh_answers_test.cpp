// What a token endpoint may answer to a refresh, and what becomes of the stored record.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>

#include "tests/integration/token_endpoint.hpp"

using Catch::Contains;
using pindus::test::Connection;
using pindus::test::http_answer;
using pindus::test::LoopbackServer;
using pindus::test::ProcessResult;
using pindus::test::token_answer;
using pindus::test::TokenEndpoint;
using namespace std::chrono_literals;

namespace {

// A key that can't be had: a fault of one line and its hint, no secret, the record untouched.
ProcessResult check_failed(TokenEndpoint& endpoint) {
  const std::string before = endpoint.profile.vault_text();
  ProcessResult result = endpoint.profile.run({"auth", "key", "acme"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 1);
  CHECK(result.out.empty());
  CHECK(result.err.starts_with("Refresh failed: "));
  CHECK(std::ranges::count(result.err, '\n') <= 2);
  CHECK(result.err.find(TokenEndpoint::old_refresh) == std::string::npos);
  CHECK(result.err.find(TokenEndpoint::old_access) == std::string::npos);
  CHECK(endpoint.profile.vault_text() == before);
  return result;
}

std::string gzipped(const std::string& text) {
  const pindus::test::TemporaryDirectory directory;
  pindus::test::write_file(directory / "text", text);
  return pindus::test::run_process({"gzip", "-c", directory / "text"},
                                   pindus::test::plain_environment())
      .out;
}

std::string chunked(const std::string& text) {
  return fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", text.size(), text);
}

// A token answer's body with further members.
std::string new_tokens(const std::string& members) {
  return R"({"refresh_token":"new-refresh")" + members +
         R"(,"expires_in":3600,"access_token":"new-access"})";
}

}  // namespace

TEST_CASE("a rotated refresh token replaces the old one") {
  std::string request;
  TokenEndpoint endpoint([&](Connection& connection, const std::string& seen) {
    request = seen;
    connection.write(token_answer("new-access", "new-refresh"));
  });
  CHECK(endpoint.profile.key("acme") == "new-access");
  CHECK(endpoint.profile.stored("/acme/default/refresh") == "new-refresh");
  CHECK_THAT(request, Contains("grant_type=refresh_token") &&
                          Contains("refresh_token=old-refresh-9b2e") &&
                          Contains("client_id=pindus-test") && !Contains("scope="));
  // Fresh now: nobody is asked again.
  CHECK(endpoint.profile.key("acme") == "new-access");
  CHECK(endpoint.server.connections() == 1);
}

TEST_CASE("an answer without a refresh token keeps the old one") {
  TokenEndpoint endpoint([](Connection& connection, const std::string&) {
    connection.write(token_answer("new-access"));
  });
  CHECK(endpoint.profile.key("acme") == "new-access");
  CHECK(endpoint.profile.stored("/acme/default/refresh") == TokenEndpoint::old_refresh);
  CHECK(endpoint.profile.stored_number("/acme/default/expires") > pindus::test::now_ms());
}

TEST_CASE("a short Retry-After is waited once") {
  std::atomic<int> requests = 0;
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    connection.write(++requests == 1
                         ? http_answer("429 Too Many Requests", "", "Retry-After: 1\r\n")
                         : token_answer("new-access"));
  });
  const auto start = std::chrono::steady_clock::now();
  CHECK(endpoint.profile.key("acme") == "new-access");
  CHECK(std::chrono::steady_clock::now() - start >= 1s);
  CHECK(requests == 2);
}

TEST_CASE("a long Retry-After is told and not waited") {
  const auto busy = [](Connection& connection, const std::string&) {
    connection.write(http_answer("429 Too Many Requests", "", "Retry-After: 120\r\n"));
  };
  SECTION("while the old token is valid it is handed out, with a line about it") {
    TokenEndpoint endpoint(busy, 30);
    const auto result = endpoint.profile.run({"auth", "key", "acme"});
    CHECK(result.exit_code == 0);
    CHECK(result.out == std::string(TokenEndpoint::old_access) + "\n");
    CHECK_FALSE(result.err.empty());
    CHECK(result.elapsed < 3s);
    CHECK(endpoint.server.connections() == 1);
  }
  SECTION("afterwards it is a fault") {
    TokenEndpoint endpoint(busy);
    const auto result = check_failed(endpoint);
    CHECK_THAT(result.err, Contains("120") || Contains("2 min"));
    CHECK(result.elapsed < 3s);
  }
}

TEST_CASE("an answer that makes no sense fails and leaves the record as it was") {
  const auto [name, answer] = GENERATE(table<std::string, std::string>({
      {"500", http_answer("500 Internal Server Error", R"({"error":"server_error"})")},
      {"an HTML page", http_answer("502 Bad Gateway", "<html><h1>Bad gateway</h1></html>",
                                   "Content-Type: text/html\r\n")},
      {"HTML under 200", http_answer("200 OK", "<html>Sign in to the Wi-Fi</html>")},
      {"no JSON", http_answer("200 OK", "access_token")},
      {"nothing", http_answer("200 OK", "")},
      {"truncated JSON", http_answer("200 OK", R"({"access_token":"new-access)")},
      {"a truncated body",
       "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{\"access_token\":\"new-access\"}"},
      {"deep nesting",
       http_answer("200 OK", std::string(100'000, '[') + std::string(100'000, ']'))},
      {"an array", http_answer("200 OK", R"(["access_token"])")},
      {"a number for a token", http_answer("200 OK", R"({"access_token":5})")},
      {"null for a token", http_answer("200 OK", R"({"access_token":null})")},
      {"an object for a token", http_answer("200 OK", R"({"access_token":{"a":"b"}})")},
      {"an empty token", http_answer("200 OK", R"({"access_token":""})")},
      {"a number for an error", http_answer("400 Bad Request", R"({"error":5})")},
      {"invalid UTF-8", http_answer("200 OK", "{\"access_token\":\"\xff\xfe\"}")},
      {"not HTTP", "220 smtp.example ESMTP\r\n"},
      {"nothing at all", ""},
  }));
  CAPTURE(name);
  TokenEndpoint endpoint(
      [text = answer](Connection& connection, const std::string&) { connection.write(text); });
  CHECK(check_failed(endpoint).elapsed < 8s);
}

TEST_CASE("a rotated refresh token is kept whatever the answer is wrapped in") {
  const auto [name, answer] = GENERATE(table<std::string, std::string>({
      {"gzip that nobody asked for",
       http_answer("200 OK", gzipped(new_tokens("")), "Content-Encoding: gzip\r\n")},
      {"a byte order mark", http_answer("200 OK", "\xEF\xBB\xBF" + new_tokens(""))},
      {"a byte that isn't UTF-8", http_answer("200 OK", new_tokens(",\"name\":\"Ren\xE9\""))},
      {"a lone surrogate", http_answer("200 OK", new_tokens(R"(,"name":"\ud83d")"))},
      {"an unknown escape", http_answer("200 OK", new_tokens(R"(,"name":"\'")"))},
      {"a line break in a string", http_answer("200 OK", new_tokens(",\"name\":\"a\nb\""))},
      {"a number beyond 64 bits",
       http_answer("200 OK", new_tokens(R"(,"id":123456789012345678901)"))},
      {"a number beyond a double", http_answer("200 OK", new_tokens(R"(,"id":1e999)"))},
      {"claims of any kind", http_answer("200 OK", new_tokens(R"(,"id_token":"a.e30.c")"))},
      {"an interim answer",
       "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + http_answer("200 OK", new_tokens(""))},
      {"another success", http_answer("201 Created", new_tokens(""))},
      {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(new_tokens(""))},
  }));
  CAPTURE(name);
  TokenEndpoint endpoint(
      [text = answer](Connection& connection, const std::string&) { connection.write(text); });
  CHECK(endpoint.profile.key("acme") == "new-access");
  CHECK(endpoint.profile.stored("/acme/default/refresh") == "new-refresh");
}

TEST_CASE("a refresh token that comes without an access token is stored and used by the next try") {
  std::string sent;
  int count = 0;
  TokenEndpoint endpoint([&](Connection& connection, const std::string& request) {
    sent = request;
    connection.write(++count == 1 ? http_answer("200 OK", R"({"refresh_token":"new-refresh"})")
                                  : token_answer("new-access", "newer-refresh"));
  });
  const auto result = endpoint.profile.run({"auth", "key", "acme"});
  CHECK(result.exit_code == 1);
  CHECK(result.out.empty());
  CHECK_THAT(result.err, Contains("no access token") && Contains("try again"));
  CHECK(endpoint.profile.stored("/acme/default/refresh") == "new-refresh");
  std::this_thread::sleep_for(
      std::chrono::milliseconds(5100));  // until then nobody asks that server again
  CHECK(endpoint.profile.key("acme") == "new-access");
  CHECK_THAT(sent, Contains("refresh_token=new-refresh"));
}

TEST_CASE("a success that can't be understood says that the refresh token may be used up") {
  const auto [name, answer] = GENERATE(table<std::string, std::string>({
      {"no JSON", http_answer("200 OK", "<html>")},
      {"cut JSON", http_answer("200 OK", R"({"access_token":"new-access","refresh_token":"new-)")},
      {"neither token", http_answer("200 OK", "{}")},
      {"a body cut short", "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"},
      {"too much", http_answer("200 OK", std::string((1 << 20) + 1, ' '))},
      {"a broken encoding", http_answer("200 OK", "{}", "Content-Encoding: gzip\r\n")},
  }));
  CAPTURE(name);
  TokenEndpoint endpoint(
      [text = answer](Connection& connection, const std::string&) { connection.write(text); });
  CHECK_THAT(check_failed(endpoint).err, Contains("the refresh token may be used up by it"));
}

TEST_CASE("a failure that leaves the refresh token alone doesn't say that it may be used up") {
  const auto answer = GENERATE(as<std::string>(), http_answer("503 Service Unavailable", "<html>"),
                               http_answer("404 Not Found", "<html>"), "");
  TokenEndpoint endpoint(
      [&](Connection& connection, const std::string&) { connection.write(answer); });
  CHECK_THAT(check_failed(endpoint).err, !Contains("used up"));
}

TEST_CASE("the error in the body decides, whatever status and Retry-After stand beside it") {
  TokenEndpoint endpoint(
      [](Connection& connection, const std::string&) {
        connection.write(http_answer("429 Too Many Requests", R"({"error":"invalid_grant"})",
                                     "Retry-After: 2\r\n"));
      },
      30);
  const auto result = endpoint.profile.run({"auth", "key", "acme"});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("invalid_grant") &&
                             Contains("pindus signin acme --account default --replace"));
  CHECK(result.elapsed < 1s);
  CHECK(endpoint.server.connections() == 1);
}

TEST_CASE("an error that the manifest doesn't call permanent leaves the token in use") {
  TokenEndpoint endpoint(
      [](Connection& connection, const std::string&) {
        connection.write(http_answer("400 Bad Request", R"({"error":"invalid_client"})"));
      },
      30);
  const std::string origin = "http://" + endpoint.server.host();
  endpoint.profile.install_manifest(
      "acme", pindus::test::code_manifest("acme", origin, origin + "/token",
                                          R"("permanent_errors": "invalid_grant",)"));
  const auto result = endpoint.profile.run({"auth", "key", "acme"});
  CHECK(result.exit_code == 0);
  CHECK(result.out == std::string(TokenEndpoint::old_access) + "\n");
  CHECK_THAT(result.err, Contains("refused: invalid_client"));
}

TEST_CASE("PINDUS_LOG shows each request, and no secret") {
  TokenEndpoint endpoint([](Connection& connection, const std::string&) {
    connection.write(token_answer("new-access", "new-refresh"));
  });
  endpoint.profile.environment["PINDUS_LOG"] = "1";
  const auto result = endpoint.profile.run({"auth", "key", "acme"});
  CHECK(result.out == "new-access\n");
  CHECK_THAT(result.err, Contains("pindus: POST " + endpoint.server.host() + ": HTTP 200, ") &&
                             Contains(" ms, no proxy, no TLS\n"));
  for (const char* secret : {TokenEndpoint::old_refresh, "new-refresh", "new-access"}) {
    CHECK_THAT(result.err, !Contains(secret));
  }
}

TEST_CASE("a new token is stored although a member beside it has a wrong type") {
  const auto member = GENERATE(as<std::string>(), R"("refresh_token":7)",
                               R"("refresh_token":["x"])", R"("expires_in":"soon")",
                               R"("expires_in":{})", R"("expires_in":-5)", R"("expires_in":1e300)");
  CAPTURE(member);
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    connection.write(http_answer("200 OK", R"({"access_token":"new-access",)" + member + "}"));
  });
  endpoint.profile.environment["PINDUS_LOG"] = "1";
  const auto result = endpoint.profile.run({"auth", "key", "acme"});
  CHECK(result.exit_code == 0);
  CHECK(result.out == "new-access\n");
  CHECK_THAT(result.err, Contains("pkce.so: warning: ") &&
                             Contains(member.substr(0, member.find(':')) + " that is not"));
  CHECK(endpoint.profile.stored("/acme/default/access") == "new-access");
  CHECK(endpoint.profile.stored("/acme/default/refresh") == TokenEndpoint::old_refresh);
}

TEST_CASE("a member that is empty counts as missing, and others as nothing") {
  const auto member = GENERATE(as<std::string>(), R"("refresh_token":null)",
                               R"("refresh_token":"")", R"("expires_in":null)", R"("scope":9)",
                               R"("token_type":[])", R"("id_token":"not.a.jwt")");
  CAPTURE(member);
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    connection.write(http_answer("200 OK", R"({"access_token":"new-access",)" + member + "}"));
  });
  CHECK(endpoint.profile.key("acme") == "new-access");
  CHECK(endpoint.profile.stored("/acme/default/refresh") == TokenEndpoint::old_refresh);
}

TEST_CASE("what is missing here says nothing about the token") {
  TokenEndpoint endpoint([](Connection&, const std::string&) {}, 30);
  std::filesystem::remove(endpoint.profile.path() / "profile/plugins/acme.json");
  const auto valid = endpoint.profile.run({"auth", "key", "acme"});
  CHECK(valid.out == std::string(TokenEndpoint::old_access) + "\n");
  CHECK_THAT(valid.err, Contains("no manifest describes \"acme\""));

  endpoint.profile.store_token("acme", TokenEndpoint::old_access, TokenEndpoint::old_refresh, -10);
  const auto expired = check_failed(endpoint);
  CHECK_THAT(expired.err, Contains("plugin list") && !Contains("--replace"));
}

TEST_CASE("an endless answer is given up") {
  TokenEndpoint endpoint([](Connection& connection, const std::string&) {
    connection.write("HTTP/1.1 200 OK\r\n\r\n{\"access_token\":\"");
    while (connection.write(std::string(65536, 'x'))) {
    }
  });
  CHECK_THAT(check_failed(endpoint).err, Contains("1 MiB"));
}

TEST_CASE("a redirect to another host sends it nothing") {
  const auto status = GENERATE(as<std::string>(), "302 Found", "307 Temporary Redirect");
  LoopbackServer elsewhere([](Connection& connection) { connection.read_request(); });
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    connection.write(http_answer(status, "", "Location: " + elsewhere.url("/token") + "\r\n"));
  });
  CHECK_THAT(check_failed(endpoint).err, Contains("a redirect"));
  CHECK(elsewhere.connections() == 0);
}

TEST_CASE("a server's words are shown without their control characters") {
  TokenEndpoint endpoint([](Connection& connection, const std::string&) {
    connection.write(http_answer(
        "400 Bad Request",
        R"({"error":"invalid_request","error_description":"a\u001b[2Jb\r\nFake: line\u009bc"})"));
  });
  const auto result = check_failed(endpoint);
  CHECK(result.err.find('\x1b') == std::string::npos);
  CHECK(result.err.find('\r') == std::string::npos);
  CHECK(result.err.find("\xc2\x9b") == std::string::npos);
  CHECK(result.err.find("\nFake") == std::string::npos);
}

TEST_CASE("a refresh token that the server will never take again says how to sign in") {
  TokenEndpoint endpoint([](Connection& connection, const std::string&) {
    connection.write(http_answer("400 Bad Request", R"({"error":"invalid_grant"})"));
  });
  CHECK_THAT(check_failed(endpoint).err,
             Contains("pindus signin acme --account default --replace"));
}
