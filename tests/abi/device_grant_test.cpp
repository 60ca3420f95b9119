#include <catch2/catch.hpp>

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

TEST_CASE("a server that is away is asked less and less often") {
  Device device;
  device.host.server.push_back({0, "", {}, PINDUS_TIMEOUT});
  device.host.server.push_back({503, "", {}});
  device.host.server.push_back({200, token_answer, {}});
  REQUIRE(device.sign_in() == PINDUS_OK);
  CHECK(device.host.sleeps == std::vector<int64_t>{5000, 10000, 20000});
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
                          error("authorization_pending")};
    CHECK(device.sign_in() == PINDUS_EXPIRED);
    CHECK(device.host.sleeps == std::vector<int64_t>{5000, 5000, 2000});
    CHECK(device.host.requests.size() == 3);
  }
  SECTION("interrupted") {
    device.host.interrupt_at_ms = device.host.monotonic_ms + 5000;
    CHECK(device.sign_in() == PINDUS_CANCELLED);
    CHECK(device.host.requests.size() == 1);
  }
  CHECK(device.host.commits == 0);
}

TEST_CASE("an answer without what the person needs is the server's mistake") {
  Device device;
  device.host.server = {{200, R"({"device_code":"d-1","user_code":"WDJB"})", {}}};
  CHECK(device.sign_in() == PINDUS_PROTOCOL);
  CHECK_THAT(device.host.error, Catch::Contains("verification_ur"));
}

}  // namespace
}  // namespace pindus::test
