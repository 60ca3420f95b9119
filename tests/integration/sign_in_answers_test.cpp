// What servers may answer while somebody signs in, and networks between here and there.
#include <atomic>
#include <catch2/catch.hpp>

#include "tests/integration/sign_in.hpp"
#include "tests/integration/token_endpoint.hpp"

using Catch::Contains;
using pindus::test::Connection;
using pindus::test::http_answer;
using pindus::test::LoopbackServer;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;
using pindus::test::token_answer;
using namespace std::chrono_literals;

namespace {

// A server of the test's own, which answers its n-th token request as `answer` says.
class Server {
 public:
  Server(std::string device_answer, std::function<std::string(int)> answer)
      : device_answer_(std::move(device_answer)), answer_(std::move(answer)) {}

  [[nodiscard]] std::string origin() const { return "http://" + server_.host(); }
  [[nodiscard]] int token_requests() const { return token_requests_; }

  // With "pindus signin" and the code that it wants pasted.
  [[nodiscard]] ProcessResult sign_in_by_code() const {
    profile.install_manifest("acme",
                             pindus::test::code_manifest("acme", origin(), origin() + "/token"));
    return pindus::test::sign_in_by_code(profile, "acme", origin(),
                                         [](const std::string&) { return "the-code"; });
  }
  [[nodiscard]] ProcessResult sign_in_by_device() const {
    profile.install_manifest("acme", pindus::test::device_manifest("acme", origin()));
    return profile.run({"signin", "acme", "--oauth"});
  }

  PindusProfile profile;

 private:
  std::string device_answer_;
  std::function<std::string(int)> answer_;
  std::atomic<int> token_requests_ = 0;
  LoopbackServer server_{[this](Connection& connection) {
    const bool is_device = connection.read_request().starts_with("POST /device/auth");
    connection.write(is_device ? http_answer("200 OK", device_answer_)
                               : answer_(++token_requests_));
  }};
};

std::string device_answer(const std::string& members) {
  return R"({"device_code":"d","user_code":"BCDF-GHJK","interval":1)" + members + "}";
}

const std::string address = R"(,"verification_uri":"https://login.example/device")";

}  // namespace

TEST_CASE("a consent isn't lost to a server that can't just now and says for how long") {
  const auto when = GENERATE(as<std::string>(), "1", "0.4", "Sun, 06 Nov 1994 08:49:38 GMT",
                             "Sunday, 06-Nov-94 08:49:38 GMT", "Sun Nov  6 08:49:38 1994");
  const Server server({}, [&](int count) {
    return count == 1
               ? http_answer("503 Service Unavailable", "<html>",
                             "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: " + when + "\r\n")
               : token_answer("new-access", "new-refresh");
  });
  const auto result = server.sign_in_by_code();
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.elapsed > 1s);
  CHECK(server.profile.key("acme") == "new-access");
}

TEST_CASE("a token that no request could carry isn't stored") {
  const auto token = GENERATE(as<std::string>(), "new access", R"(\"new-access\")");
  const Server server({}, [&](int) { return token_answer(token, "new-refresh"); });
  const auto result = server.sign_in_by_code();
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("Sign-in failed: the token that acme gave "));
  CHECK_THAT(result.err, !Contains("new"));
  CHECK_THAT(server.profile.run({"signin", "--list"}).out, Contains("(none)"));
}

TEST_CASE("a code that the server refuses isn't sent again") {
  const Server server({}, [](int) {
    return http_answer("503 Service Unavailable", R"({"error":"invalid_grant"})",
                       "Retry-After: 1\r\n");
  });
  const auto result = server.sign_in_by_code();
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("refused: invalid_grant"));
  CHECK(server.token_requests() == 1);
}

TEST_CASE(
    "a network's login page, a proxy's refusal and a busy server don't end a device's waiting") {
  const Server server(device_answer(address), [](int count) {
    switch (count) {
      case 1: return http_answer("200 OK", "<html>Sign in to the Wi-Fi</html>");
      case 2: return http_answer("403 Forbidden", "<html>blocked</html>");
      case 3: return http_answer("400 Bad Request", R"({"error":"authorization_pending"})");
      case 4: return http_answer("400 Bad Request", R"({"error":"temporarily_unavailable"})");
      default: return token_answer("new-access", "new-refresh");
    }
  });
  const auto result = server.sign_in_by_device();
  INFO(result.err);
  CHECK(result.exit_code == 0);
  // After 1 s, 2 s, 4 s, and with the outage over after 1 s and 2 s.
  CHECK(server.token_requests() == 5);
  CHECK(result.elapsed > 9s);
  CHECK(result.elapsed < 16s);
  CHECK_THAT(result.err, Contains("can't be asked just now"));
}

TEST_CASE("slow_down under HTTP 429 is what it says") {
  const Server server(device_answer(address), [](int count) {
    return count == 1 ? http_answer("429 Too Many Requests", R"({"error":"slow_down"})")
                      : token_answer("new-access", "new-refresh");
  });
  const auto result = server.sign_in_by_device();
  CHECK(result.exit_code == 0);
  CHECK(result.elapsed > 6s);
}

TEST_CASE("a device's code is asked for once more in the moment in which it expires") {
  const Server server(device_answer(address + R"(,"expires_in":"2.5")"), [](int count) {
    return count < 3 ? http_answer("400 Bad Request", R"({"error":"authorization_pending"})")
                     : http_answer("400 Bad Request", R"({"error":"expired_token"})");
  });
  const auto result = server.sign_in_by_device();
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("expired before it was approved"));
  CHECK(server.token_requests() == 2);
}

TEST_CASE("an address to open that is none is named with its server") {
  const auto bad = GENERATE(as<std::string>(), "login.example/device", "javascript:alert",
                            "https://", "https://login example/", "ftp://login.example/");
  const Server server(device_answer(R"(,"verification_uri":")" + bad + '"'),
                      [](int) { return token_answer("new-access"); });
  const auto result = server.sign_in_by_device();
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err,
             Contains(server.origin().substr(7) +
                      " sent a \"verification_uri\" that is not a web address: " + bad));
  CHECK(server.token_requests() == 0);
}

TEST_CASE("a complete address is shown where no QR code is, and passed over where it is none") {
  const auto [complete, is_shown] = GENERATE(table<std::string, bool>(
      {{"https://login.example/device?user_code=BCDF-GHJK", true}, {"no address", false}}));
  const Server server(device_answer(address + R"(,"verification_uri_complete":")" + complete + '"'),
                      [](int) { return token_answer("new-access"); });
  const auto result = server.sign_in_by_device();
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, Contains("https://login.example/device\n") && Contains("BCDF-GHJK"));
  CHECK((result.err.find("\n" + complete + "\n") != std::string::npos) == is_shown);
}
