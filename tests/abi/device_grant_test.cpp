#include <catch2/catch.hpp>
#include <numeric>

#include <pindus/flows/device_grant.hpp>

#include "tests/abi/fake_host.hpp"

namespace pindus::test {
namespace {

constexpr auto code_answer =
    R"({"device_code":"d-1","user_code":"WDJB-MJHT","verification_uri":"https://login.example/d",)"
    R"("expires_in":900})";

FakeAnswer error(const std::string& name, int status = 400) {
  return {status, R"({"error":")" + name + R"("})", {}};
}

struct Device {
  FakeHost host;
  Device() {
    host.options = {{"client_id", "client"},
                    {"scope", "read:user"},
                    {"device_code_url", "https://login.example/code"},
                    {"token_url", "https://login.example/token"}};
    host.server = {{200, code_answer, {}}};
  }
  int32_t sign_in() {
    sdk::Session session(host.table(), host.session());
    const int32_t code = sdk::DeviceGrantFlow(session).sign_in().code();
    CHECK(host.live_handles() == 0);
    return code;
  }
};

TEST_CASE("polling waits first, five seconds by default, until the code is approved") {
  Device device;
  const int status = GENERATE(200, 400);
  device.host.server.push_back(error("authorization_pending", status));
  device.host.server.push_back({200, token_answer, {}});
  REQUIRE(device.sign_in() == PINDUS_OK);
  CHECK(device.host.user_code == "WDJB-MJHT");
  CHECK(device.host.sleeps == std::vector<int64_t>{5000, 5000});
  CHECK(device.host.requests.at(0).field("scope") == "read:user");
  CHECK(device.host.requests.at(1).field("device_code") == "d-1");
  CHECK(device.host.requests.at(1).field("grant_type") ==
        "urn:ietf:params:oauth:grant-type:device_code");
  CHECK(device.host.record.at("refresh") == "r-1");
  CHECK(device.host.commits == 1);
}

TEST_CASE("slow_down adds five seconds or takes the server's larger interval") {
  Device device;
  device.host.server.push_back(error("slow_down"));
  device.host.server.push_back({400, R"({"error":"slow_down","interval":40})", {}});
  device.host.server.push_back({400, R"({"error":"slow_down","interval":1})", {}});
  device.host.server.push_back({200, token_answer, {}});
  REQUIRE(device.sign_in() == PINDUS_OK);
  CHECK(device.host.sleeps == std::vector<int64_t>{5000, 10000, 40000, 45000});
}

TEST_CASE("a server that is away is asked less and less often, down to every 30 s") {
  Device device;
  for (int i = 0; i < 4; ++i) device.host.server.push_back({503, "", {}});
  device.host.server.push_back(error("authorization_pending"));
  device.host.server.push_back({0, "", {}, PINDUS_TIMEOUT});
  device.host.server.push_back({200, token_answer, {}});
  REQUIRE(device.sign_in() == PINDUS_OK);
  // The outage's pause ends with the first good answer, and the server's interval stays what it
  // was.
  CHECK(device.host.sleeps == std::vector<int64_t>{5000, 10000, 20000, 30000, 30000, 5000, 10000});
  REQUIRE(device.host.progress.size() == 2);
  CHECK_THAT(device.host.progress[0], Catch::StartsWith("login.example can't be asked just now"));
}

TEST_CASE("an interval longer than an outage's longest pause holds during an outage too") {
  Device device;
  device.host.server.push_back({400, R"({"error":"slow_down","interval":60})", {}});
  device.host.server.push_back({503, "", {}});
  device.host.server.push_back({200, token_answer, {}});
  REQUIRE(device.sign_in() == PINDUS_OK);
  CHECK(device.host.sleeps == std::vector<int64_t>{5000, 60000, 60000});
}

TEST_CASE("what stands between here and the server is an outage and no end") {
  const auto answer = GENERATE(
      FakeAnswer{0, "", {}, PINDUS_NETWORK}, FakeAnswer{0, "", {}, PINDUS_TOO_LARGE},
      FakeAnswer{200, "<html>Sign in to the Wi-Fi</html>", {}},
      FakeAnswer{302, "", {{"Location", "https://portal.example/"}}},
      FakeAnswer{403, "<html>Forbidden</html>", {}}, FakeAnswer{403, R"({"message":"no"})", {}},
      FakeAnswer{400, R"({"error":"temporarily_unavailable"})", {}},
      FakeAnswer{500, R"({"error":"server_error"})", {}},
      FakeAnswer{429, R"({"error":"rate_limited"})", {}},
      FakeAnswer{403, R"({"error":"forbidden"})", {{"Retry-After", "9"}}});
  CAPTURE(answer.status, answer.body);
  Device device;
  device.host.server.push_back(answer);
  device.host.server.push_back({200, token_answer, {}});
  CHECK(device.sign_in() == PINDUS_OK);
  CHECK(device.host.sleeps == std::vector<int64_t>{5000, 10000});
}

TEST_CASE("an outage that lasts to the code's end is what the sign-in fails with") {
  Device device;
  device.host.server = {{200,
                         R"({"device_code":"d","user_code":"U","verification_uri":"https://x",)"
                         R"("expires_in":5})",
                         {}},
                        {404, "<html>gone</html>", {}}};
  CHECK(device.sign_in() == PINDUS_PROTOCOL);
  CHECK_THAT(device.host.error, Catch::Contains("login.example answered HTTP 404"));
}

TEST_CASE("a code that a server lets live for years is waited for a day at most") {
  Device device;  // whose server is gone after its first answer
  device.host.server = {{200,
                         R"({"device_code":"d","user_code":"U","verification_uri":"https://x",)"
                         R"("expires_in":315360000})",
                         {}}};
  CHECK(device.sign_in() == PINDUS_NETWORK);
  const auto& sleeps = device.host.sleeps;
  constexpr int64_t a_day_ms = int64_t{24} * 3600 * 1000;
  CHECK(std::accumulate(sleeps.begin(), sleeps.end(), int64_t{0}) == a_day_ms);
}

TEST_CASE("a server that can give no code just now, and says for how long, is asked once more") {
  const auto refusal = GENERATE(FakeAnswer{503, "<html>", {{"Retry-After", "2"}}},
                                FakeAnswer{429, R"({"error":"slow_down"})", {{"Retry-After", "2"}}},
                                FakeAnswer{403, R"({"message":"no"})", {{"Retry-After", "2"}}});
  CAPTURE(refusal.status, refusal.body);
  Device device;
  SECTION("it gives one then") {
    device.host.server = {refusal, {200, code_answer, {}}, {200, token_answer, {}}};
    CHECK(device.sign_in() == PINDUS_OK);
    CHECK(device.host.sleeps == std::vector<int64_t>{2000, 5000});
    CHECK(device.host.requests.at(1).url == "https://login.example/code");
  }
  SECTION("it gives none") {
    device.host.server = {refusal, refusal};
    CHECK(device.sign_in() == PINDUS_UNAVAILABLE);
    CHECK(device.host.requests.size() == 2);
  }
}

TEST_CASE("a server that gives no code for a long while, or never, is asked once") {
  const auto refusal =
      GENERATE(FakeAnswer{503, "<html>", {{"Retry-After", "60"}}}, FakeAnswer{503, "<html>", {}},
               FakeAnswer{403, "<html>", {}},
               FakeAnswer{400, R"({"error":"invalid_client"})", {{"Retry-After", "2"}}});
  CAPTURE(refusal.status, refusal.body);
  Device device;
  device.host.server = {refusal};
  CHECK(device.sign_in() != PINDUS_OK);
  CHECK(device.host.requests.size() == 1);
  CHECK(device.host.sleeps.empty());
}

TEST_CASE("slow_down under HTTP 429 is slow_down") {
  Device device;
  device.host.server.push_back({429, R"({"error":"slow_down"})", {{"Retry-After", "7"}}});
  device.host.server.push_back({200, token_answer, {}});
  REQUIRE(device.sign_in() == PINDUS_OK);
  CHECK(device.host.sleeps == std::vector<int64_t>{5000, 10000});
}

TEST_CASE("interval and expires_in are numbers in any form, or missing") {
  struct Case {
    std::string members;
    std::vector<int64_t> sleeps;
  };
  const auto given = GENERATE(Case{R"("interval":"7","expires_in":"14")", {7000, 7000}},
                              Case{R"("interval":7.5,"expires_in":14.9)", {7000, 7000}},
                              Case{R"("interval":"3.0","expires_in":3e0)", {3000}},
                              Case{R"("interval":[],"expires_in":5)", {5000}},
                              Case{R"("interval":null,"expires_in":5)", {5000}},
                              Case{R"("interval":300,"expires_in":{})", {300000, 300000, 300000}},
                              Case{R"("interval":300,"expires_in":0)", {300000, 300000, 300000}},
                              Case{R"("interval":300,"expires_in":-1)", {300000, 300000, 300000}},
                              Case{R"("interval":300)", {300000, 300000, 300000}});
  CAPTURE(given.members);
  Device device;
  device.host.server = {{200,
                         R"({"device_code":"d","user_code":"U","verification_uri":"https://x",)" +
                             given.members + "}",
                         {}}};
  for (size_t i = 0; i < given.sleeps.size(); ++i) {
    device.host.server.push_back(error("authorization_pending"));
  }
  CHECK(device.sign_in() == PINDUS_EXPIRED);
  CHECK(device.host.sleeps == given.sleeps);
}

TEST_CASE("refusal and expiry end the waiting, with a code of their own") {
  Device device;
  SECTION("refused") {
    device.host.server.push_back(error("access_denied", 200));
    CHECK(device.sign_in() == PINDUS_DENIED);
    CHECK_THAT(device.host.error, Catch::Contains("login.example"));
  }
  SECTION("expired, says the server") {
    device.host.server.push_back(error("expired_token"));
    CHECK(device.sign_in() == PINDUS_EXPIRED);
  }
  SECTION("expired, says the clock") {
    device.host.server = {{200,
                           R"({"device_code":"d","user_code":"U","verification_uri":"https://x",)"
                           R"("expires_in":12,"interval":5})",
                           {}},
                          error("authorization_pending"),
                          error("authorization_pending"),
                          error("authorization_pending")};
    CHECK(device.sign_in() == PINDUS_EXPIRED);
    CHECK(device.host.sleeps == std::vector<int64_t>{5000, 5000, 2000});
    CHECK(device.host.requests.size() == 4);
  }
  SECTION("approved in the last moment") {
    device.host.server = {{200,
                           R"({"device_code":"d","user_code":"U","verification_uri":"https://x",)"
                           R"("expires_in":7,"interval":5})",
                           {}},
                          error("authorization_pending"),
                          {200, token_answer, {}}};
    CHECK(device.sign_in() == PINDUS_OK);
    CHECK(device.host.sleeps == std::vector<int64_t>{5000, 2000});
    device.host.commits = 0;
  }
  SECTION("interrupted") {
    device.host.interrupt_at_ms = device.host.monotonic_ms + 5000;
    CHECK(device.sign_in() == PINDUS_CANCELLED);
    CHECK(device.host.requests.size() == 1);
  }
  CHECK(device.host.commits == 0);
}

TEST_CASE("the server's own words stand behind a refusal and an expiry") {
  const auto name = GENERATE(as<std::string>(), "access_denied", "expired_token", "invalid_scope");
  Device device;
  device.host.server.push_back(
      {400, R"({"error":")" + name + R"(","error_description":"Ask your administrator"})", {}});
  CHECK(device.sign_in() != PINDUS_OK);
  CHECK_THAT(device.host.error, Catch::EndsWith(": Ask your administrator"));
}

TEST_CASE("an answer without what the person needs is the server's mistake") {
  Device device;
  SECTION("no address") {
    device.host.server = {{200, R"({"device_code":"d-1","user_code":"WDJB"})", {}}};
    CHECK(device.sign_in() == PINDUS_PROTOCOL);
    CHECK(device.host.error == "login.example sent no \"verification_uri\" for the device");
  }
  SECTION("an address that is none") {
    const auto name = GENERATE(as<std::string>(), "verification_uri", "verification_url");
    device.host.server = {
        {200,
         R"({"device_code":"d-1","user_code":"WDJB",")" + name + R"(":"login.example/device"})",
         {}}};
    CHECK(device.sign_in() == PINDUS_PROTOCOL);
    CHECK(device.host.error ==
          "login.example sent a \"" + name + "\" that is not a web address: login.example/device");
  }
  CHECK(device.host.requests.size() == 1);
}

TEST_CASE("a complete address that is none is passed over") {
  const auto complete = GENERATE(as<std::string>(), R"("javascript:alert")", "7", "{}");
  Device device;
  device.host.server = {{200,
                         R"({"device_code":"d","user_code":"U","verification_uri":"https://x",)"
                         R"("verification_uri_complete":)" +
                             complete + "}",
                         {}},
                        {200, token_answer, {}}};
  CHECK(device.sign_in() == PINDUS_OK);
  CHECK(device.host.user_code == "U");
  REQUIRE(device.host.log.size() == 1);
  CHECK_THAT(device.host.log[0], Catch::Contains("\"verification_uri_complete\" that is not"));
}

}  // namespace
}  // namespace pindus::test
