// What a session makes of a refresh: when it ends, and what of it counts.
#include <catch2/catch.hpp>

#include "tests/unit/session_fakes.hpp"

using pindus::HttpResponse;
using pindus::now_ms;
using pindus::Secret;
using pindus::test::left_s;
using pindus::test::SessionFixture;
using pindus::test::store;
using pindus::test::str;
using pindus::test::value;
using namespace std::chrono_literals;

namespace {

int32_t post(const pindus_host_1* host, pindus_session session) {
  const pindus_http_request request{sizeof(pindus_http_request),
                                    0,
                                    str("POST"),
                                    str("https://acme.example/token"),
                                    nullptr,
                                    0,
                                    value("a=b")};
  pindus_http_response response{sizeof(pindus_http_response), 0, {}, {}};
  return host->http_send(session, &request, &response);
}

// A refresh of a token of so long a life that ends an hour from now.
void on_refresh_of(SessionFixture& fixture, std::optional<std::int64_t> lifetime_s) {
  fixture.stored.access = Secret(std::string_view("old-access"));
  fixture.stored.refresh = Secret(std::string_view("old-refresh"));
  fixture.stored.expires_ms = now_ms() + 3'600'000;
  fixture.stored.lifetime_s = lifetime_s;
  fixture.on_refresh();
}

}  // namespace

TEST_CASE("a lifetime is kept with the record, and serves where a refresh's answer has none") {
  SessionFixture fixture;
  on_refresh_of(fixture, 28'800);
  SECTION("the answer says one") {
    const auto outcome = fixture.run([](const pindus_host_1* host, pindus_session session) {
      host->credential_lifetime(session, 900, {});
      return store(host, session);
    });
    CHECK(outcome.credentials.lifetime_s == 900);
    CHECK(left_s(outcome) == 900);
  }
  SECTION("it says none of a new token: it lives as long as the one before") {
    const auto outcome = fixture.run(
        [](const pindus_host_1* host, pindus_session session) { return store(host, session); });
    CHECK(outcome.credentials.lifetime_s == 28'800);
    CHECK(left_s(outcome) == 28'800);
  }
  SECTION("it says none of a token that stays: it ends when it did") {
    const auto outcome = fixture.run([](const pindus_host_1* host, pindus_session session) {
      return host->credential_commit(session);
    });
    CHECK(outcome.credentials.lifetime_s == 28'800);
    CHECK(outcome.credentials.expires_ms == fixture.stored.expires_ms);
  }
  SECTION("what is left of a token that stays is not its life") {
    const auto outcome = fixture.run([](const pindus_host_1* host, pindus_session session) {
      host->credential_lifetime(session, 60, {});
      return host->credential_commit(session);
    });
    CHECK(outcome.credentials.lifetime_s == 28'800);
    CHECK(left_s(outcome) == 60);
  }
}

TEST_CASE("a refresh that brings a refresh token and no access token keeps it") {
  SessionFixture fixture;
  on_refresh_of(fixture, 3600);
  fixture.stored.access = Secret(std::string_view(GENERATE("old-access", "")));
  const auto outcome = fixture.run([](const pindus_host_1* host, pindus_session session) {
    host->credential_set(session, str("refresh"), value("new-refresh"));
    host->credential_lifetime(session, 0, {});
    return host->credential_commit(session);
  });
  CHECK(outcome.code == PINDUS_OK);
  CHECK(outcome.credentials.access.view() == fixture.stored.access.view());
  CHECK(outcome.credentials.refresh.view() == "new-refresh");
  CHECK(outcome.credentials.lifetime_s == 3600);
  CHECK(left_s(outcome) <= 0);
}

TEST_CASE("what a refresh committed is not lost to a failure or an interrupt that follows") {
  static std::stop_source* interrupt = nullptr;
  std::stop_source stop;
  interrupt = &stop;
  SessionFixture fixture;
  fixture.request.stop = stop.get_token();
  const auto commit_and_fail = [](const pindus_host_1* host, pindus_session session) -> int32_t {
    host->credential_set(session, str("refresh"), value("new-refresh"));
    if (store(host, session) != PINDUS_OK) return PINDUS_INTERNAL;
    interrupt->request_stop();
    return PINDUS_PROTOCOL;
  };
  SECTION("of a refresh") {
    on_refresh_of(fixture, 3600);
    const auto outcome = fixture.run(commit_and_fail);
    CHECK(outcome.code == PINDUS_OK);
    CHECK(outcome.credentials.refresh.view() == "new-refresh");
  }
  SECTION("a sign-in is stored whole or not") {
    CHECK(fixture.run(commit_and_fail).code == PINDUS_CANCELLED);
  }
}

TEST_CASE("an interrupt ends a refresh until its request is sent, and not afterwards") {
  static std::stop_source* interrupt = nullptr;
  std::stop_source stop;
  interrupt = &stop;
  SessionFixture fixture;
  fixture.method.options = {{"token_url", "https://acme.example/token"}};
  fixture.services.responses.push_back(HttpResponse{200, {}, Secret(std::string_view("{}"))});
  on_refresh_of(fixture, 3600);
  fixture.request.stop = stop.get_token();
  SECTION("afterwards") {
    fixture.services.responses.push_back(HttpResponse{200, {}, Secret(std::string_view("{}"))});
    const auto outcome = fixture.run([](const pindus_host_1* host, pindus_session session) {
      if (post(host, session) != PINDUS_OK) return int32_t{PINDUS_INTERNAL};
      interrupt->request_stop();
      if (host->cancelled(session) != 0) return int32_t{PINDUS_INTERNAL};
      if (host->sleep_ms(session, 1) != PINDUS_OK) return int32_t{PINDUS_INTERNAL};
      if (post(host, session) != PINDUS_OK) return int32_t{PINDUS_INTERNAL};
      return store(host, session);
    });
    CHECK(outcome.code == PINDUS_OK);
    CHECK(fixture.services.sent.at(1).on_stop == pindus::OnStop::goes_on);
    CHECK(fixture.services.sent.at(0).on_stop == pindus::OnStop::ends_unless_sent);
  }
  SECTION("before") {
    const auto outcome = fixture.run([](const pindus_host_1* host, pindus_session session) {
      interrupt->request_stop();
      return post(host, session);
    });
    CHECK(outcome.code == PINDUS_CANCELLED);
    CHECK(fixture.services.sent.empty());
  }
}

TEST_CASE("a refresh waits for nothing beyond its deadline") {
  SessionFixture fixture;
  fixture.method.options = {{"token_url", "https://acme.example/token"}};
  fixture.services.responses.push_back(HttpResponse{200, {}, Secret(std::string_view("{}"))});
  on_refresh_of(fixture, 3600);
  fixture.request.deadline = std::chrono::steady_clock::now() + 2s;
  const auto outcome = fixture.run([](const pindus_host_1* host, pindus_session session) {
    if (post(host, session) != PINDUS_OK) return int32_t{PINDUS_INTERNAL};
    return host->sleep_ms(session, 10'000);
  });
  CHECK(outcome.code == PINDUS_TIMEOUT);
  CHECK(fixture.services.sent.at(0).time_limit <= 2s);
  fixture.request.deadline = std::chrono::steady_clock::now();
  CHECK(fixture.run(post).code == PINDUS_TIMEOUT);
}
