#include <catch2/catch.hpp>

#include "tests/unit/session_fakes.hpp"

using pindus::test::bytes;
using pindus::test::field;
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
    pindus_prompt prompt{sizeof(pindus_prompt) - 8, PINDUS_PROMPT_TEXT, str("x"), {}};
    EXPECT(host->progress(session, {nullptr, 1}) == PINDUS_INVALID_ARGUMENT);
    EXPECT(host->progress(session, {nullptr, 0}) == PINDUS_OK);
    EXPECT(host->prompt(session, &prompt, &secret) == PINDUS_INVALID_ARGUMENT);
    EXPECT(host->prompt(session, nullptr, &secret) == PINDUS_INVALID_ARGUMENT);
    prompt.size = sizeof(pindus_prompt);
    prompt.kind = 17;
    EXPECT(host->prompt(session, &prompt, &secret) == PINDUS_UNSUPPORTED);
    EXPECT(host->secret_new(session, value("x"), nullptr) == PINDUS_INVALID_ARGUMENT);
    EXPECT(host->option(session, str("script"), nullptr, nullptr) == PINDUS_INVALID_ARGUMENT);
    EXPECT(host->info(session, 99, pindus::test::take, &secret) == PINDUS_UNSUPPORTED);
    EXPECT(host->json_parse(session, value("{}"), nullptr) == PINDUS_INVALID_ARGUMENT);
    EXPECT(host->fields_encode(session, nullptr, 1, 0, &secret) == PINDUS_INVALID_ARGUMENT);
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
    const auto misuse = [](void* raw, pindus_str) noexcept {
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
    const pindus_field fields[] = {field("a b", value(text)), field("c", value("1")),
                                   field("c", value("2"))};
    pindus_secret form{};
    pindus_secret found{};
    EXPECT(host->fields_encode(session, fields, 3, PINDUS_FORM_URLENCODED, &form) == PINDUS_OK);
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
    EXPECT(host->fields_encode(session, fields, 2, PINDUS_FORM_JSON, &form) == PINDUS_OK);
    EXPECT(bytes(host, session, form) == "{\"a b\":\"" + text + "\",\"c\":\"1\"}");
    return store(host, session);
  });
}

TEST_CASE("a JSON body has members that are JSON as it is, of secrets too") {
  expect_ok([](const pindus_host_1* host, pindus_session session) -> int32_t {
    pindus_secret token{};
    pindus_secret inner{};
    pindus_secret body{};
    EXPECT(host->secret_new(session, value("a-\"token\""), &token) == PINDUS_OK);
    const pindus_field part[] = {field("subject", value("", token)),
                                 field("hours", value("12"), PINDUS_FIELD_JSON)};
    EXPECT(host->fields_encode(session, part, 2, PINDUS_FORM_JSON, &inner) == PINDUS_OK);
    const pindus_field whole[] = {
        field("text", value("[1]")),
        field("exact", value("12345678901234567890.10"), PINDUS_FIELD_JSON),
        field("list", value("[ \"a\", null ]"), PINDUS_FIELD_JSON),
        field("inner", value("", inner), PINDUS_FIELD_JSON)};
    EXPECT(host->fields_encode(session, whole, 4, PINDUS_FORM_JSON, &body) == PINDUS_OK);
    EXPECT(bytes(host, session, body) ==
           R"({"text":"[1]","exact":12345678901234567890.10,"list":[ "a", null ],)"
           R"("inner":{"subject":"a-\"token\"","hours":12}})");

    body.id = 4711;
    for (const char* broken : {"", " ", "{", "tru", "1 2", "[1,]", "'a'", "nan", "\"\xff\""}) {
      const pindus_field bad = field("x", value(broken), PINDUS_FIELD_JSON);
      EXPECT(host->fields_encode(session, &bad, 1, PINDUS_FORM_JSON, &body) ==
             PINDUS_INVALID_ARGUMENT);
    }
    const std::string as_deep_as_can_be = std::string(63, '[') + std::string(63, ']');
    pindus_field deep = field("x", value(as_deep_as_can_be), PINDUS_FIELD_JSON);
    pindus_json parsed{};
    pindus_secret large{};
    EXPECT(host->fields_encode(session, &deep, 1, PINDUS_FORM_JSON, &large) == PINDUS_OK);
    EXPECT(host->json_parse(session, value("", large), &parsed) == PINDUS_OK);
    const std::string deeper = "[" + as_deep_as_can_be + "]";
    deep = field("x", value(deeper), PINDUS_FIELD_JSON);
    EXPECT(host->fields_encode(session, &deep, 1, PINDUS_FORM_JSON, &body) == PINDUS_TOO_LARGE);
    EXPECT(host->fields_encode(session, whole, 4, PINDUS_FORM_URLENCODED, &body) ==
           PINDUS_INVALID_ARGUMENT);
    EXPECT(host->fields_encode(session, whole, 4, 2, &body) == PINDUS_UNSUPPORTED);
    pindus_field other = field("x", value("1"), 2);
    EXPECT(host->fields_encode(session, &other, 1, PINDUS_FORM_JSON, &body) == PINDUS_UNSUPPORTED);
    other = field("x", value("1"));
    other.reserved = 1;
    EXPECT(host->fields_encode(session, &other, 1, PINDUS_FORM_JSON, &body) ==
           PINDUS_INVALID_ARGUMENT);
    EXPECT(body.id == 4711);
    return store(host, session);
  });
}

TEST_CASE("an object's members are named one by one, and what stands there is had as written") {
  expect_ok([](const pindus_host_1* host, pindus_session session) -> int32_t {
    const auto key = [&](pindus_json json, std::string_view at, uint64_t index) {
      std::string name;
      const int32_t code = host->json_key(session, json, str(at), index, pindus::test::take, &name);
      return code == PINDUS_OK ? name : "code " + std::to_string(code);
    };
    const auto written = [&](pindus_json json, std::string_view at) {
      pindus_secret text{};
      const int32_t code = host->json_text(session, json, str(at), &text);
      return code == PINDUS_OK ? bytes(host, session, text) : "code " + std::to_string(code);
    };
    pindus_json json{};
    constexpr std::string_view text =
        R"( {"a/b": {"n": 1.50, "n": 12345678901234567890123, "e": {} }, "\u00e9": [ 1, [2 , 3],)"
        R"( {"x":null}], "z":null, "big": 1e999, "s": "a\u0041" } )";
    EXPECT(host->json_parse(session, value(text), &json) == PINDUS_OK);
    EXPECT(key(json, "", 0) == "a/b");
    EXPECT(key(json, "", 1) == "\xc3\xa9");
    EXPECT(key(json, "", 4) == "s");
    EXPECT(key(json, "", 5) == "code 13");
    EXPECT(key(json, "/a~1b", 1) == "n");
    EXPECT(key(json, "/a~1b/e", 0) == "code 13");
    EXPECT(key(json, "/s", 0) == "code 7");
    EXPECT(key(json, "/z", 0) == "code 13");
    EXPECT(key(json, "/none", 0) == "code 13");
    EXPECT(key(json, "none", 0) == "code 9");
    EXPECT(key(json, "", UINT64_MAX) == "code 13");
    // Of members with the same name the last counts, here as everywhere.
    EXPECT(written(json, "/a~1b/n") == "12345678901234567890123");
    EXPECT(written(json, "/a~1b/e") == "{}");
    EXPECT(written(json, "/a~1b") == R"({"n": 1.50, "n": 12345678901234567890123, "e": {} })");
    EXPECT(written(json, "/\xc3\xa9/1") == "[2 , 3]");
    EXPECT(written(json, "/\xc3\xa9/2/x") == "null");
    EXPECT(written(json, "/big") == "1e999");
    EXPECT(written(json, "/s") == R"("a\u0041")");
    EXPECT(written(json, "") + " " == text.substr(1));
    EXPECT(written(json, "/none") == "code 13");
    EXPECT(written({json.id + 1}, "") == "code 10");
    // What had to be mended is had as it was mended.
    EXPECT(host->json_parse(session, value("\xEF\xBB\xBF[\"\xff\"]"), &json) == PINDUS_OK);
    EXPECT(written(json, "") == R"(["\ufffd"])");
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

TEST_CASE("the arithmetic goes to the services, and what they can't do is told apart") {
  SessionFixture fixture;
  const auto outcome =
      fixture.run([](const pindus_host_1* host, pindus_session session) -> int32_t {
        pindus_secret out{};
        int32_t same = -1;
        EXPECT(host->random(session, 3, &out) == PINDUS_OK && bytes(host, session, out) == "RRR");
        EXPECT(host->digest(session, 7, value("a", out), &out) == PINDUS_OK);
        EXPECT(bytes(host, session, out) == "digest-7:aRRR");
        EXPECT(host->mac(session, 1, value("AWS4", out), value("x"), &out) == PINDUS_OK);
        EXPECT(bytes(host, session, out) == "mac-1:AWS4digest-7:aRRR,x");
        EXPECT(host->sign(session, 2, value("pem"), value("x"), &out) == PINDUS_OK);
        EXPECT(bytes(host, session, out) == "sign-2:pem,x");
        EXPECT(host->encode(session, 3, value("x"), &out) == PINDUS_OK);
        EXPECT(host->decode(session, 4, value("", out), &out) == PINDUS_OK);
        EXPECT(bytes(host, session, out) == "decode-4:encode-3:x");
        EXPECT(host->equal(session, value("x"), value("x"), &same) == PINDUS_OK && same == 1);
        EXPECT(host->equal(session, value("y"), value("x"), &same) == PINDUS_OK && same == 0);
        return store(host, session);
      });
  INFO(outcome.why.message);
  CHECK(outcome.code == PINDUS_OK);

  using Kind = pindus::CryptoFailure::Kind;
  const auto sign = [](const pindus_host_1* host, pindus_session session) -> int32_t {
    pindus_secret out{4711};
    const int32_t code = host->sign(session, 1, value("pem"), value("x"), &out);
    return out.id == 4711 ? code : int32_t{PINDUS_INTERNAL};
  };
  fixture.services.arithmetic_failure = {Kind::unsupported, {}};
  CHECK(fixture.run(sign).code == PINDUS_UNSUPPORTED);
  fixture.services.arithmetic_failure = {Kind::malformed, {}};
  CHECK(fixture.run(sign).code == PINDUS_PROTOCOL);
  fixture.services.arithmetic_failure = {Kind::too_large, {"it is too long", "less"}};
  CHECK(fixture.run(sign).code == PINDUS_TOO_LARGE);
  fixture.services.arithmetic_failure = {Kind::no_key, {"it is no key", "another"}};
  const auto no_key = fixture.run(sign);
  CHECK(no_key.code == PINDUS_INVALID_KEY);
  CHECK(no_key.why.message == "it is no key");
  CHECK(no_key.why.hint == "another");
}
