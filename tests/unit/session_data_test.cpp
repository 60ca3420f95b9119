#include <catch2/catch.hpp>

#include "tests/unit/session_fakes.hpp"

using pindus::test::bytes;
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

void expect_ok(SessionFixture::Script script) {
  SessionFixture fixture;
  const auto outcome = fixture.run(script);
  INFO(outcome.why.message);
  CHECK(outcome.code == PINDUS_OK);
}

pindus_session ended_session{};
pindus_secret ended_secret{};

}  // namespace

TEST_CASE("a handle that is zero, freed, of another kind or made up is an answer and no crash") {
  expect_ok([](const pindus_host_1* host, pindus_session session) -> int32_t {
    pindus_secret secret{};
    std::string text;
    EXPECT(host->secret_new(session, value("abc"), &secret) == PINDUS_OK);
    EXPECT(bytes(host, session, secret) == "abc");
    EXPECT(host->secret_view(session, {0}, pindus::test::take, &text) == PINDUS_INVALID_HANDLE);
    EXPECT(host->secret_free(session, secret) == PINDUS_OK);
    EXPECT(host->secret_free(session, secret) == PINDUS_INVALID_HANDLE);
    EXPECT(host->secret_view(session, secret, pindus::test::take, &text) == PINDUS_INVALID_HANDLE);
    pindus_secret next{};
    EXPECT(host->secret_new(session, value("next"), &next) == PINDUS_OK);
    EXPECT(next.id != secret.id);
    pindus_json json{};
    EXPECT(host->json_parse(session, value("{}"), &json) == PINDUS_OK);
    EXPECT(host->secret_free(session, {json.id}) == PINDUS_INVALID_HANDLE);
    EXPECT(host->json_free(session, {next.id}) == PINDUS_INVALID_HANDLE);
    EXPECT(host->json_type(session, {~uint64_t{0}}, str(""), nullptr, nullptr) ==
           PINDUS_INVALID_HANDLE);
    EXPECT(host->progress({session.id + 1}, str("x")) == PINDUS_INVALID_HANDLE);
    EXPECT(host->progress({next.id}, str("x")) == PINDUS_INVALID_HANDLE);
    ended_session = session;
    ended_secret = next;
    return store(host, session);
  });
  expect_ok([](const pindus_host_1* host, pindus_session session) -> int32_t {
    EXPECT(host->progress(ended_session, str("x")) == PINDUS_INVALID_HANDLE);
    EXPECT(host->log(ended_session, PINDUS_LOG_INFO, str("x")) == PINDUS_INVALID_HANDLE);
    EXPECT(host->cancelled(ended_session) == PINDUS_INVALID_HANDLE);
    EXPECT(host->secret_free(session, ended_secret) == PINDUS_INVALID_HANDLE);
    return store(host, session);
  });
}

TEST_CASE("null pointers, short structures and endless texts are the caller's mistake") {
  expect_ok([](const pindus_host_1* host, pindus_session session) -> int32_t {
    pindus_secret secret{};
    pindus_prompt prompt{sizeof(pindus_prompt) - 8, PINDUS_PROMPT_TEXT, str("x"), nullptr, 0};
    EXPECT(host->progress(session, {nullptr, 1}) == PINDUS_INVALID_ARGUMENT);
    EXPECT(host->progress(session, {nullptr, 0}) == PINDUS_OK);
    EXPECT(host->prompt(session, &prompt, &secret) == PINDUS_INVALID_ARGUMENT);
    EXPECT(host->prompt(session, nullptr, &secret) == PINDUS_INVALID_ARGUMENT);
    prompt.size = sizeof(pindus_prompt);
    prompt.kind = 17;
    EXPECT(host->prompt(session, &prompt, &secret) == PINDUS_INVALID_ARGUMENT);
    EXPECT(host->secret_new(session, value("x"), nullptr) == PINDUS_INVALID_ARGUMENT);
    EXPECT(host->option(session, str("script"), nullptr, nullptr) == PINDUS_INVALID_ARGUMENT);
    EXPECT(host->info(session, 99, pindus::test::take, &secret) == PINDUS_NOT_FOUND);
    EXPECT(host->json_parse(session, value("{}"), nullptr) == PINDUS_INVALID_ARGUMENT);
    EXPECT(host->form_encode(session, nullptr, 1, 0, &secret) == PINDUS_INVALID_ARGUMENT);
    EXPECT(host->http_send(session, nullptr, nullptr) == PINDUS_INVALID_ARGUMENT);
    EXPECT(host->now_ms(session, nullptr) == PINDUS_INVALID_ARGUMENT);
    EXPECT(host->random(session, 0, &secret) == PINDUS_INVALID_ARGUMENT);
    EXPECT(host->sleep_ms(session, INT64_MIN) == PINDUS_OK);
    EXPECT(host->random(session, 1025, &secret) == PINDUS_INVALID_ARGUMENT);
    EXPECT(host->set_error(session, 4711, str("x"), {}) == PINDUS_INVALID_ARGUMENT);
    EXPECT(host->get_extension(session, str("unknown/1")) == nullptr);
    const std::string large((1 << 20) + 1, 'x');
    EXPECT(host->secret_new(session, value(large), &secret) == PINDUS_TOO_LARGE);
    return store(host, session);
  });
}

TEST_CASE("a read callback may ask for nothing but log and cancelled") {
  expect_ok([](const pindus_host_1* host, pindus_session session) -> int32_t {
    struct Context {
      const pindus_host_1* host;
      pindus_session session;
      pindus_secret secret;
      int32_t freed, logged, cancelled;
    } context{host, session, {}, -1, -1, -1};
    EXPECT(host->secret_new(session, value("x"), &context.secret) == PINDUS_OK);
    const auto misuse = [](void* raw, pindus_str) {
      auto& c = *static_cast<Context*>(raw);
      c.freed = c.host->secret_free(c.session, c.secret);
      c.logged = c.host->log(c.session, PINDUS_LOG_INFO, str("x"));
      c.cancelled = c.host->cancelled(c.session);
    };
    EXPECT(host->secret_view(session, context.secret, misuse, &context) == PINDUS_OK);
    EXPECT(context.freed == PINDUS_INVALID_ARGUMENT);
    EXPECT(context.logged == PINDUS_OK);
    EXPECT(context.cancelled == 0);
    EXPECT(host->secret_free(session, context.secret) == PINDUS_OK);
    return store(host, session);
  });
}

TEST_CASE("a form is encoded as RFC 6749 appendix B says, and its fields are found again") {
  expect_ok([](const pindus_host_1* host, pindus_session session) -> int32_t {
    const std::string text = " %&+\xC2\xA3\xE2\x82\xAC";
    const pindus_field fields[] = {
        {str("a b"), value(text)}, {str("c"), value("1")}, {str("c"), value("2")}};
    pindus_secret form{};
    pindus_secret found{};
    EXPECT(host->form_encode(session, fields, 3, PINDUS_FORM_URLENCODED, &form) == PINDUS_OK);
    EXPECT(bytes(host, session, form) == "a+b=+%25%26%2B%C2%A3%E2%82%AC&c=1&c=2");
    EXPECT(host->form_decode(session, value("", form), str("a b"), &found) == PINDUS_OK);
    EXPECT(bytes(host, session, found) == text);
    EXPECT(host->form_decode(session, value("x=%&", form), str("c"), &found) == PINDUS_OK);
    EXPECT(bytes(host, session, found) == "1");
    EXPECT(host->form_decode(session, value("x=%"), str("x"), &found) == PINDUS_PROTOCOL);
    EXPECT(host->form_decode(session, value("x=%4"), str("x"), &found) == PINDUS_PROTOCOL);
    EXPECT(host->form_decode(session, value("x=%41"), str("x"), &found) == PINDUS_OK);
    EXPECT(bytes(host, session, found) == "A");
    EXPECT(host->form_decode(session, value("a=1&&b"), str("b"), &found) == PINDUS_OK);
    EXPECT(bytes(host, session, found).empty());
    EXPECT(host->form_decode(session, value("a=1&&b"), str("c"), &found) == PINDUS_NOT_FOUND);
    EXPECT(host->form_encode(session, fields, 2, PINDUS_FORM_JSON, &form) == PINDUS_OK);
    EXPECT(bytes(host, session, form) == "{\"a b\":\"" + text + "\",\"c\":\"1\"}");
    return store(host, session);
  });
}

TEST_CASE("a JSON document is read by pointers, and each wrong type is told apart from nothing") {
  expect_ok([](const pindus_host_1* host, pindus_session session) -> int32_t {
    pindus_json json{};
    constexpr std::string_view text =
        R"({"s":"t","n":-3.9,"big":1e300,"b":true,"z":null,"a":[1,{"x/y":"deep"}]})";
    EXPECT(host->json_parse(session, value(text), &json) == PINDUS_OK);
    uint32_t type = 0;
    uint64_t count = 0;
    EXPECT(host->json_type(session, json, str(""), &type, &count) == PINDUS_OK);
    EXPECT(type == PINDUS_JSON_OBJECT && count == 6);
    EXPECT(host->json_type(session, json, str("/a"), nullptr, &count) == PINDUS_OK && count == 2);
    EXPECT(host->json_type(session, json, str("/z"), &type, nullptr) == PINDUS_OK);
    EXPECT(type == PINDUS_JSON_NULL);
    pindus_secret string{};
    EXPECT(host->json_string(session, json, str("/a/1/x~1y"), &string) == PINDUS_OK);
    EXPECT(bytes(host, session, string) == "deep");
    EXPECT(host->json_string(session, json, str("/z"), &string) == PINDUS_NOT_FOUND);
    EXPECT(host->json_string(session, json, str("/n"), &string) == PINDUS_PROTOCOL);
    EXPECT(host->json_string(session, json, str("no slash"), &string) == PINDUS_INVALID_ARGUMENT);
    int64_t number = 0;
    int32_t boolean = 0;
    EXPECT(host->json_integer(session, json, str("/n"), &number) == PINDUS_OK && number == -3);
    EXPECT(host->json_integer(session, json, str("/big"), &number) == PINDUS_PROTOCOL);
    EXPECT(host->json_boolean(session, json, str("/b"), &boolean) == PINDUS_OK && boolean == 1);
    EXPECT(host->json_boolean(session, json, str("/s"), &boolean) == PINDUS_PROTOCOL);
    EXPECT(host->json_free(session, json) == PINDUS_OK);
    EXPECT(host->json_string(session, json, str("/s"), &string) == PINDUS_INVALID_HANDLE);
    EXPECT(host->json_parse(session, value("<html>"), &json) == PINDUS_PROTOCOL);
    const std::string deep(65, '[');
    EXPECT(host->json_parse(session, value(deep), &json) == PINDUS_TOO_LARGE);
    EXPECT(host->json_parse(session, value(std::string(64, '[') + std::string(64, ']')), &json) ==
           PINDUS_OK);
    return store(host, session);
  });
}

TEST_CASE("the arithmetic goes to the services, and a broken base64url is the peer's mistake") {
  expect_ok([](const pindus_host_1* host, pindus_session session) -> int32_t {
    pindus_secret out{};
    int32_t same = -1;
    EXPECT(host->random(session, 3, &out) == PINDUS_OK && bytes(host, session, out) == "RRR");
    EXPECT(host->sha256(session, value("a", out), &out) == PINDUS_OK);
    EXPECT(bytes(host, session, out) == "sha256:aRRR");
    EXPECT(host->base64url_encode(session, value("x"), &out) == PINDUS_OK);
    EXPECT(host->base64url_decode(session, value("", out), &out) == PINDUS_OK);
    EXPECT(bytes(host, session, out) == "x");
    EXPECT(host->base64url_decode(session, value("!"), &out) == PINDUS_PROTOCOL);
    EXPECT(host->equal(session, value("x"), value("", out), &same) == PINDUS_OK && same == 1);
    EXPECT(host->equal(session, value("y"), value("", out), &same) == PINDUS_OK && same == 0);
    return store(host, session);
  });
}
