// Rules of the ABI with teeth: what may be kept and where, when a token ends, what is refused.
#include <catch2/catch.hpp>

#include "tests/unit/session_fakes.hpp"

using pindus::HttpResponse;
using pindus::Question;
using pindus::Secret;
using pindus::test::bytes;
using pindus::test::field;
using pindus::test::left_s;
using pindus::test::SessionFixture;
using pindus::test::store;
using pindus::test::str;
using pindus::test::value;

namespace {

// A check inside a plugin: the operation fails with the line where it went wrong.
#define EXPECT(condition)                                                           \
  do {                                                                              \
    if (!(condition)) {                                                             \
      host->set_error(session, PINDUS_INTERNAL, str("EXPECT(" #condition ")"), {}); \
      return int32_t{PINDUS_INTERNAL};                                              \
    }                                                                               \
  } while (false)

pindus::SessionOutcome run_well(SessionFixture& fixture, SessionFixture::Script script) {
  auto outcome = fixture.run(script);
  INFO(outcome.why.message);
  CHECK(outcome.code == PINDUS_OK);
  return outcome;
}

int32_t fetch(const pindus_host_1* host, pindus_session session, pindus_http_response* response) {
  const pindus_http_request request{sizeof(pindus_http_request),
                                    0,
                                    str("GET"),
                                    str("https://acme.example/token"),
                                    nullptr,
                                    0,
                                    {}};
  return host->http_send(session, &request, response);
}

}  // namespace

TEST_CASE("the private drawer keeps any text for the plugin's own refreshes") {
  SessionFixture fixture;
  const auto signed_in =
      run_well(fixture, [](const pindus_host_1* host, pindus_session session) -> int32_t {
        pindus_secret none{};
        EXPECT(host->private_get(session, str("pem"), &none) == PINDUS_NOT_FOUND);
        EXPECT(host->private_set(session, str("pem"), value("a\nb\n")) == PINDUS_OK);
        EXPECT(host->private_set(session, str("kind"), value("clashes with nothing")) == PINDUS_OK);
        EXPECT(host->private_set(session, str("a-b"), value("x")) == PINDUS_INVALID_ARGUMENT);
        EXPECT(host->private_set(session, str("raw"), value("\xff")) == PINDUS_INVALID_ARGUMENT);
        const std::string large((64 << 10) + 1, 'x');
        EXPECT(host->private_set(session, str("large"), value(large)) == PINDUS_TOO_LARGE);
        EXPECT(store(host, session) == PINDUS_OK);
        EXPECT(host->private_set(session, str("pem"), value("late")) == PINDUS_INVALID_ARGUMENT);
        return PINDUS_OK;
      });
  REQUIRE(signed_in.credentials.private_texts.size() == 2);
  CHECK(signed_in.credentials.private_texts[0].second.view() == "a\nb\n");
  CHECK(signed_in.credentials.members.empty());

  fixture.stored.private_texts.emplace_back("pem", Secret(std::string_view("a\nb\n")));
  fixture.stored.private_texts.emplace_back("old", Secret(std::string_view("gone")));
  fixture.stored.access = Secret(std::string_view("old-access"));
  fixture.on_refresh();
  const auto refreshed =
      run_well(fixture, [](const pindus_host_1* host, pindus_session session) -> int32_t {
        pindus_secret pem{};
        EXPECT(host->private_get(session, str("pem"), &pem) == PINDUS_OK);
        EXPECT(bytes(host, session, pem) == "a\nb\n");
        EXPECT(host->credential_get(session, str("pem"), &pem) == PINDUS_NOT_FOUND);
        EXPECT(host->private_set(session, str("old"), value("")) == PINDUS_OK);
        return store(host, session);
      });
  REQUIRE(refreshed.credentials.private_texts.size() == 2);
  CHECK(refreshed.credentials.private_texts[0].second.view() == "a\nb\n");
  CHECK(refreshed.credentials.private_texts[1].second.empty());
}

TEST_CASE("a plugin answers no question of the manifest in the person's place") {
  SessionFixture fixture;
  fixture.method.questions = {{"tenant", "Tenant", "acme.example", Question::Kind::host}};
  run_well(fixture, [](const pindus_host_1* host, pindus_session session) -> int32_t {
    for (const char* name : {"tenant", "private", "method", "issuedBy", "apiKey", "accessToken",
                             "refreshToken", "expiresAt"}) {
      EXPECT(host->credential_set(session, str(name), value("evil.example")) ==
             PINDUS_INVALID_ARGUMENT);
    }
    return store(host, session);
  });
}

TEST_CASE("a lifetime counts from the answer that it is said of, or from now") {
  SessionFixture fixture;
  for (int i = 0; i < 2; ++i) {
    fixture.services.responses.push_back(HttpResponse{200, {}, Secret(std::string_view("{}"))});
  }
  const auto outcome =
      run_well(fixture, [](const pindus_host_1* host, pindus_session session) -> int32_t {
        pindus_http_response first{sizeof(pindus_http_response), 0, {}, {}};
        pindus_http_response second = first;
        EXPECT(fetch(host, session, &first) == PINDUS_OK);
        std::this_thread::sleep_for(std::chrono::milliseconds(1200));
        EXPECT(fetch(host, session, &second) == PINDUS_OK);
        EXPECT(host->credential_lifetime(session, 60, {4711}) == PINDUS_INVALID_HANDLE);
        EXPECT(host->credential_lifetime(session, 60, first.headers) == PINDUS_OK);
        return store(host, session);
      });
  CHECK(left_s(outcome) == 59);
  CHECK(outcome.credentials.lifetime_s == 60);
}

TEST_CASE("a token may end at a moment that the server names") {
  SessionFixture fixture;
  const auto outcome =
      run_well(fixture, [](const pindus_host_1* host, pindus_session session) -> int32_t {
        int64_t now = 0;
        host->now_ms(session, &now);
        EXPECT(host->credential_expires(session, -1) == PINDUS_INVALID_ARGUMENT);
        EXPECT(host->credential_expires(session, INT64_MAX) == PINDUS_INVALID_ARGUMENT);
        EXPECT(host->credential_lifetime(session, 5, {}) == PINDUS_OK);
        EXPECT(host->credential_expires(session, now + 1'800'000) == PINDUS_OK);
        return store(host, session);
      });
  CHECK(left_s(outcome) == 1800);
  CHECK(outcome.credentials.lifetime_s == 1800);

  const auto over =
      run_well(fixture, [](const pindus_host_1* host, pindus_session session) -> int32_t {
        EXPECT(host->credential_expires(session, 1000) == PINDUS_OK);
        return store(host, session);
      });
  CHECK(over.credentials.expires_ms == 1000);
}

TEST_CASE("a time is read as RFC 3339 and as HTTP write it") {
  SessionFixture fixture;
  run_well(fixture, [](const pindus_host_1* host, pindus_session session) -> int32_t {
    const auto time = [&](std::string_view text) {
      int64_t ms = -1;
      const int32_t code = host->time_parse(session, value(text), &ms);
      return code == PINDUS_OK ? ms : int64_t{-code};
    };
    EXPECT(time("1994-11-06T08:49:37Z") == 784'111'777'000);
    EXPECT(time("1994-11-06t08:49:37.25z") == 784'111'777'250);
    EXPECT(time("1994-11-06 10:19:37.1239+01:30") == 784'111'777'123);
    EXPECT(time("1994-11-06T03:49:37-05:00") == 784'111'777'000);
    EXPECT(time("Sun, 06 Nov 1994 08:49:37 GMT") == 784'111'777'000);
    EXPECT(time("Sun Nov  6 08:49:37 1994") == 784'111'777'000);
    for (const char* text :
         {"", "1994-11-06", "1994-11-06T08:49:37", "1994-11-06T08:49Z", "1994-13-06T08:49:37Z",
          "1994-11-31T08:49:37Z", "1994-11-06T24:49:37Z", "1994-11-06T08:49:37.Z",
          "1994-11-06T08:49:37+0130", "1994-11-06T08:49:37+24:00", "784111777", "soon"}) {
      EXPECT(time(text) == -PINDUS_PROTOCOL);
    }
    EXPECT(host->time_parse(session, value("x"), nullptr) == PINDUS_INVALID_ARGUMENT);
    return store(host, session);
  });
}

TEST_CASE("what is reserved or unknown in a structure is zero, or the caller's mistake") {
  SessionFixture fixture;
  fixture.io.answers = {"first", "second"};
  run_well(fixture, [](const pindus_host_1* host, pindus_session session) -> int32_t {
    struct Newer {
      pindus_prompt known;
      std::uint64_t unknown;
    } prompt{{sizeof(Newer), PINDUS_PROMPT_TEXT, str("x"), {}}, 0};
    pindus_secret answer{};
    EXPECT(host->prompt(session, &prompt.known, &answer) == PINDUS_OK);
    prompt.unknown = 1;
    EXPECT(host->prompt(session, &prompt.known, &answer) == PINDUS_INVALID_ARGUMENT);
    prompt.known.size = 1U << 30;
    EXPECT(host->prompt(session, &prompt.known, &answer) == PINDUS_INVALID_ARGUMENT);
    pindus_secret key{};
    EXPECT(host->secret_new(session, value("a-key-of-many-characters"), &key) == PINDUS_OK);
    pindus_key_rule rule{sizeof(pindus_key_rule), 1, {}, 0};
    EXPECT(host->api_key_check(session, key, &rule) == PINDUS_INVALID_ARGUMENT);
    rule.reserved = 0;
    EXPECT(host->api_key_check(session, key, &rule) == PINDUS_OK);
    pindus_device_code code{sizeof(pindus_device_code), 7, str("A"), str("https://a"), {}, 0};
    EXPECT(host->show_device_code(session, &code) == PINDUS_INVALID_ARGUMENT);
    pindus_http_request request{
        sizeof(pindus_http_request), 1, str("GET"), str("https://acme.example/"), nullptr, 0, {}};
    pindus_http_response response{sizeof(pindus_http_response), 7, {8}, {9}};
    EXPECT(host->http_send(session, &request, &response) == PINDUS_INVALID_ARGUMENT);
    EXPECT(response.status == 7 && response.body.id == 8 && response.headers.id == 9);
    request.reserved = 0;
    struct NewerResponse {
      pindus_http_response known;
      std::uint64_t unknown;
    } newer{{sizeof(NewerResponse), 0, {}, {}}, 1};
    EXPECT(host->http_send(session, &request, &newer.known) == PINDUS_INVALID_ARGUMENT);
    const pindus_str texts[] = {str("a"), str("b")};
    pindus_choice choice{sizeof(pindus_choice), 1, str("Which"), texts, 2, -1};
    std::uint64_t index = 9;
    EXPECT(host->choose(session, &choice, &index) == PINDUS_INVALID_ARGUMENT && index == 9);
    return store(host, session);
  });
}

TEST_CASE("a number that the host doesn't know is unsupported, and what was to be filled stays") {
  SessionFixture fixture;
  run_well(fixture, [](const pindus_host_1* host, pindus_session session) -> int32_t {
    pindus_secret out{4711};
    const pindus_prompt prompt{sizeof(pindus_prompt), 17, str("x"), {}};
    EXPECT(host->prompt(session, &prompt, &out) == PINDUS_UNSUPPORTED);
    EXPECT(host->info(session, 99, pindus::test::take, &out) == PINDUS_UNSUPPORTED);
    EXPECT(host->log(session, 9, str("x")) == PINDUS_UNSUPPORTED);
    const pindus_field odd = field("a", value("1"), 9);
    EXPECT(host->fields_encode(session, &odd, 1, PINDUS_FORM_JSON, &out) == PINDUS_UNSUPPORTED);
    EXPECT(host->fields_encode(session, nullptr, 0, 9, &out) == PINDUS_UNSUPPORTED);
    EXPECT(host->secret_new(session, value("", {99}), &out) == PINDUS_INVALID_HANDLE);
    EXPECT(host->credential_get(session, str("access"), &out) == PINDUS_NOT_FOUND);
    EXPECT(out.id == 4711);
    EXPECT(host->secret_free(session, {0}) == PINDUS_OK);
    EXPECT(host->json_free(session, {0}) == PINDUS_OK);
    return store(host, session);
  });
}

TEST_CASE("a choice and a yes or no have a usual answer, which is shown and an empty line gives") {
  SessionFixture fixture;
  fixture.io.answers = {"", "", "what?", " Yes ", "", "mine"};
  run_well(fixture, [](const pindus_host_1* host, pindus_session session) -> int32_t {
    const pindus_str choices[] = {str("red"), str("green")};
    pindus_choice choice{sizeof(pindus_choice), 0, str("Colour"), choices, 2, 1};
    uint64_t index = 99;
    EXPECT(host->choose(session, &choice, &index) == PINDUS_OK && index == 1);
    choice.usual = 2;
    EXPECT(host->choose(session, &choice, &index) == PINDUS_INVALID_ARGUMENT && index == 1);
    int32_t yes = 99;
    EXPECT(host->confirm(session, str("Go on"), 0, &yes) == PINDUS_OK && yes == 0);
    EXPECT(host->confirm(session, str("Go on"), 0, &yes) == PINDUS_OK && yes == 1);
    EXPECT(host->confirm(session, str("Go on"), 2, &yes) == PINDUS_INVALID_ARGUMENT);
    pindus_prompt prompt{sizeof(pindus_prompt), PINDUS_PROMPT_TEXT, str("Region"), str("eu-1")};
    pindus_secret answer{};
    EXPECT(host->prompt(session, &prompt, &answer) == PINDUS_OK);
    EXPECT(bytes(host, session, answer) == "eu-1");
    EXPECT(host->prompt(session, &prompt, &answer) == PINDUS_OK);
    EXPECT(bytes(host, session, answer) == "mine");
    prompt.kind = PINDUS_PROMPT_SECRET;
    EXPECT(host->prompt(session, &prompt, &answer) == PINDUS_INVALID_ARGUMENT);
    return store(host, session);
  });
  CHECK(fixture.io.questions[0] == "Colour (1-2) [2]");
  CHECK(fixture.io.questions[1] == "Go on [y/N]");
  CHECK(fixture.io.questions[4] == "Region [eu-1]");
}

TEST_CASE("an api key that an oauth method trades for a token is open to it") {
  SessionFixture fixture;
  fixture.variables["ACME_API_KEY"] = "acme-key-0123456789-0123456789";
  fixture.io.answers = {"y"};
  const auto outcome =
      run_well(fixture, [](const pindus_host_1* host, pindus_session session) -> int32_t {
        const pindus_prompt prompt{sizeof(pindus_prompt), PINDUS_PROMPT_API_KEY, {}, {}};
        pindus_secret key{};
        EXPECT(host->prompt(session, &prompt, &key) == PINDUS_OK);
        EXPECT(bytes(host, session, key) == "acme-key-0123456789-0123456789");
        return store(host, session, "token-for-" + bytes(host, session, key));
      });
  CHECK(outcome.credentials.access.view() == "token-for-acme-key-0123456789-0123456789");
}
