// Where an api key comes from, and what a plugin learns of it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.hpp"
#include "tests/unit/session_fakes.hpp"

using pindus::AuthKind;
using pindus::test::field;
using pindus::test::SessionFixture;
using pindus::test::str;
using pindus::test::value;

namespace {

constexpr std::string_view good_key = "sk-acme-0123456789abcdef";

int32_t ask_for_key(const pindus_host_1* host, pindus_session session) {
  const pindus_prompt prompt{sizeof(pindus_prompt), PINDUS_PROMPT_API_KEY, {}, {}};
  pindus_secret key{};
  if (const int32_t code = host->prompt(session, &prompt, &key); code != PINDUS_OK) return code;
  const pindus_key_rule rule{sizeof(pindus_key_rule), 0, str("sk-acme-"), 0};
  if (const int32_t code = host->api_key_check(session, key, &rule); code != PINDUS_OK) return code;
  if (const int32_t code = host->credential_set(session, str("key"), value("", key))) return code;
  return host->credential_commit(session);
}

struct ApiKeyFixture : SessionFixture {
  ApiKeyFixture() { method.kind = AuthKind::api_key; }
};

}  // namespace

TEST_CASE("a person may have the variable's key stored without seeing or typing it") {
  ApiKeyFixture fixture;
  fixture.variables["ACME_API_KEY"] = good_key;
  fixture.io.answers = {""};
  CHECK(fixture.run(ask_for_key).key.view() == good_key);
  REQUIRE(fixture.io.questions.size() == 1);
  CHECK(fixture.io.questions[0].contains("Store the value of ACME_API_KEY?"));
  CHECK_FALSE(fixture.io.said(good_key));
}

TEST_CASE("the key in the file that NAME_FILE names is offered as the variable's own is") {
  ApiKeyFixture fixture;
  const pindus::test::TemporaryDirectory folder;
  const auto file = folder.path() / "acme";
  std::ofstream(file) << good_key << "\n";
  fixture.variables["ACME_API_KEY_FILE"] = file;
  const std::string named = file.native() + " (ACME_API_KEY_FILE)";
  SECTION("to a person") {
    fixture.io.answers = {""};
    CHECK(fixture.run(ask_for_key).key.view() == good_key);
    CHECK(fixture.io.questions.at(0).contains("Store the key in " + named + "?"));
  }
  SECTION("where nobody is there and the pipe is empty") {
    fixture.io.is_interactive = false;
    CHECK(fixture.run(ask_for_key).key.view() == good_key);
  }
  SECTION("but not where it holds none") {
    std::ofstream(file) << "your-api-key-goes-here-1234";
    fixture.io.answers = {std::string(good_key)};
    CHECK(fixture.run(ask_for_key).key.view() == good_key);
    CHECK(fixture.io.said(named + " is a placeholder"));
    CHECK(fixture.io.questions == std::vector<std::string>{"(hidden) Api key for Acme"});
  }
  SECTION("nor where it isn't there") {
    std::filesystem::remove(file);
    fixture.io.answers = {std::string(good_key)};
    CHECK(fixture.run(ask_for_key).key.view() == good_key);
    CHECK(fixture.io.said("ACME_API_KEY_FILE names, can't be read: No such file or directory, so"));
  }
  CHECK_FALSE(fixture.io.said(good_key));
}

TEST_CASE("an answer to yes or no that is neither is asked for again, and stores nothing") {
  ApiKeyFixture fixture;
  fixture.variables["ACME_API_KEY"] = good_key;
  SECTION("a good one follows") {
    fixture.io.answers = {"sk-acme-pasted-too-early", "YES "};
    CHECK(fixture.run(ask_for_key).key.view() == good_key);
    CHECK(fixture.io.said("Please answer with y or n."));
  }
  SECTION("none follows") {
    fixture.io.answers = {"maybe", "nobody", "yesterday"};
    const auto outcome = fixture.run(ask_for_key);
    CHECK(outcome.code == PINDUS_CANCELLED);
    CHECK(outcome.key.empty());
  }
}

TEST_CASE("a person who declines the variable is shown the page and asked without echo") {
  ApiKeyFixture fixture;
  fixture.variables["ACME_API_KEY"] = "sk-acme-the-other-key-000";
  fixture.io.answers = {"n", std::string(good_key)};
  CHECK(fixture.run(ask_for_key).key.view() == good_key);
  CHECK(fixture.io.said("https://acme.example/keys"));
  CHECK(fixture.io.questions.back() == "(hidden) Api key for Acme");
}

TEST_CASE("a variable whose value can be no key is not offered, and the person hears why") {
  ApiKeyFixture fixture;
  fixture.provider.env = {"ACME_API_KEY", "ACME_TOKEN"};
  struct Flawed {
    std::string value;
    std::string why;
  };
  const auto flawed = GENERATE(
      Flawed{"your-api-key-goes-here-1234", "ACME_API_KEY is a placeholder or a masked copy"},
      Flawed{"\"sk-acme-0123456789abcdef\"", "ACME_API_KEY stands in quotes"},
      Flawed{"sk-acme-0123456789\r\nX-Admin: 1", "ACME_API_KEY holds a blank or a character"},
      Flawed{"sk-acme-short", "ACME_API_KEY has 13 characters"});
  CAPTURE(flawed.value);
  fixture.variables["ACME_API_KEY"] = flawed.value;
  SECTION("the key is asked for") {
    fixture.io.answers = {std::string(good_key)};
    CHECK(fixture.run(ask_for_key).key.view() == good_key);
    CHECK(fixture.io.questions == std::vector<std::string>{"(hidden) Api key for Acme"});
  }
  SECTION("another variable is offered") {
    fixture.variables["ACME_TOKEN"] = good_key;
    fixture.io.answers = {"y"};
    CHECK(fixture.run(ask_for_key).key.view() == good_key);
    REQUIRE(fixture.io.questions.size() == 1);
    CHECK(fixture.io.questions[0].contains("Store the value of ACME_TOKEN?"));
  }
  CHECK(fixture.io.said(flawed.why));
  CHECK_FALSE(fixture.io.said(flawed.value));
}

TEST_CASE("without a terminal a variable that is too short to be a key is named") {
  ApiKeyFixture fixture;
  fixture.io.is_interactive = false;
  fixture.variables["ACME_API_KEY"] = "sk-acme-short";
  const auto outcome = fixture.run(ask_for_key);
  CHECK(outcome.code == PINDUS_INVALID_KEY);
  CHECK(outcome.why.message.contains("ACME_API_KEY has 13 characters"));
  CHECK(outcome.why.hint == "set ACME_API_KEY to the key alone");
}

TEST_CASE("without a terminal the pipe beats the variable, which serves an empty pipe") {
  ApiKeyFixture fixture;
  fixture.io.is_interactive = false;
  fixture.variables["ACME_API_KEY"] = "sk-acme-from-the-variable";
  fixture.io.input = good_key;
  CHECK(fixture.run(ask_for_key).key.view() == good_key);
  fixture.io.input.clear();
  CHECK(fixture.run(ask_for_key).key.view() == "sk-acme-from-the-variable");
  fixture.variables.clear();
  const auto outcome = fixture.run(ask_for_key);
  CHECK(outcome.code == PINDUS_INVALID_KEY);
  CHECK(outcome.why.message.contains("ACME_API_KEY is not set"));
  CHECK(outcome.why.hint.contains("pindus signin acme --api-key"));
  CHECK(fixture.io.questions.empty());
}

TEST_CASE("line ends behind a key are no part of it, whether it was piped or in the variable") {
  ApiKeyFixture fixture;
  fixture.io.is_interactive = false;
  fixture.variables["ACME_API_KEY"] = std::string(good_key) + "\r\n";
  CHECK(fixture.run(ask_for_key).key.view() == good_key);
  fixture.variables.clear();
  fixture.io.input = std::string(good_key) + "\n\n";
  CHECK(fixture.run(ask_for_key).key.view() == good_key);
}

TEST_CASE(
    "a key that can't be one is refused and not quoted and a strange prefix is only warned about") {
  ApiKeyFixture fixture;
  fixture.io.answers = {"short-key", "", "short-key"};
  const auto refused = fixture.run(ask_for_key);
  CHECK(refused.code == PINDUS_INVALID_KEY);
  CHECK(fixture.io.questions.size() == 3);
  CHECK(fixture.io.said("the key is empty"));
  CHECK_FALSE(fixture.io.said("short-key"));
  CHECK_FALSE(refused.why.message.contains("short-key"));
  CHECK(refused.key.empty());

  fixture.io.answers = {"another-prefix-0123456789"};
  CHECK(fixture.run(ask_for_key).key.view() == "another-prefix-0123456789");
  CHECK(fixture.io.said("usually begin with sk-acme-"));
}

TEST_CASE("a line of a shell's file that is pasted for the key is told from a key") {
  ApiKeyFixture fixture;
  fixture.io.answers = {"export ACME_API_KEY=" + std::string(good_key),
                        "ACME_API_KEY=" + std::string(good_key), std::string(good_key)};
  CHECK(fixture.run(ask_for_key).key.view() == good_key);
  CHECK(std::ranges::count(fixture.io.notices,
                           "That can't be it: the key has a variable's name and \"=\" in front of "
                           "it.") == 2);
}

TEST_CASE("an api key, and whatever is made of it, stays closed to the plugin") {
  ApiKeyFixture fixture;
  fixture.method.options["token_url"] = "https://acme.example/token";
  fixture.io.answers = {std::string(good_key)};
  const auto outcome = fixture.run([](const pindus_host_1* host, pindus_session session) {
    const pindus_prompt prompt{sizeof(pindus_prompt), PINDUS_PROMPT_API_KEY, {}, {}};
    pindus_secret key{};
    host->prompt(session, &prompt, &key);
    pindus_secret made[4] = {};
    pindus_secret none{};
    const pindus_field member = field("key", value("", key));
    const pindus_field json_member = field("key", value("", key), PINDUS_FIELD_JSON);
    host->secret_new(session, value("Bearer ", key), &made[0]);
    host->fields_encode(session, &member, 1, PINDUS_FORM_JSON, &made[1]);
    host->encode(session, PINDUS_ENCODING_HEX, value("", key), &made[2]);
    host->mac(session, PINDUS_MAC_HMAC_SHA256, value("", key), value("x"), &made[3]);
    std::string seen;
    for (const auto secret : {key, made[0], made[1], made[2], made[3]}) {
      if (host->secret_view(session, secret, pindus::test::take, &seen) != PINDUS_FORBIDDEN) {
        return int32_t{PINDUS_INTERNAL};
      }
    }
    pindus_json json{};
    int32_t same = 0;
    const pindus_field header = field("Authorization", value("", made[0]));
    const pindus_http_request request{sizeof(pindus_http_request),
                                      0,
                                      str("GET"),
                                      str("https://acme.example/token"),
                                      &header,
                                      1,
                                      {}};
    pindus_http_response response{sizeof(pindus_http_response), 0, {}, {}};
    if (host->json_parse(session, value("", made[1]), &json) != PINDUS_FORBIDDEN ||
        host->form_decode(session, value("k=", key), str("k"), &none) != PINDUS_FORBIDDEN ||
        host->fields_encode(session, &json_member, 1, PINDUS_FORM_JSON, &none) !=
            PINDUS_FORBIDDEN ||
        host->decode(session, PINDUS_ENCODING_HEX, value("", key), &none) != PINDUS_FORBIDDEN ||
        host->sign(session, PINDUS_SIGN_RS256, value("", key), value("x"), &none) !=
            PINDUS_FORBIDDEN ||
        host->equal(session, value("", key), value("guess"), &same) != PINDUS_FORBIDDEN ||
        host->http_send(session, &request, &response) != PINDUS_FORBIDDEN || !seen.empty()) {
      return int32_t{PINDUS_INTERNAL};
    }
    host->credential_set(session, str("key"), value("", key));
    return host->credential_commit(session);
  });
  CHECK(outcome.code == PINDUS_OK);
  CHECK(outcome.key.view() == good_key);
  CHECK(fixture.services.sent.empty());
}

TEST_CASE("no code of a service tells a plugin what an api key is, or how long") {
  ApiKeyFixture fixture;
  fixture.io.answers = {std::string(good_key)};
  const auto outcome = fixture.run([](const pindus_host_1* host, pindus_session session) {
    const pindus_prompt prompt{sizeof(pindus_prompt), PINDUS_PROMPT_API_KEY, {}, {}};
    pindus_secret key{};
    host->prompt(session, &prompt, &key);
    const auto rule = [](std::string_view prefix, uint64_t min_length) {
      return pindus_key_rule{sizeof(pindus_key_rule), 0, str(prefix), min_length};
    };
    const auto plain = rule("sk-", 0);
    const auto guess = rule("sk-acme-0", 24);
    pindus_secret copy{};
    pindus_secret decoded{};
    const std::string exactly_full((1 << 20) - good_key.size() + 1, '=');
    const bool told =
        host->api_key_check(session, key, &plain) != PINDUS_OK ||
        host->api_key_check(session, key, &guess) != PINDUS_FORBIDDEN ||
        host->secret_new(session, value("", key), &copy) != PINDUS_OK ||
        host->api_key_check(session, copy, &guess) != PINDUS_FORBIDDEN ||
        host->form_decode(session, value("k=", key), str("k"), &decoded) != PINDUS_FORBIDDEN ||
        host->secret_new(session, value(exactly_full, key), &copy) != PINDUS_OK ||
        host->secret_new(session, value("\n", key), &copy) != PINDUS_OK ||
        host->credential_set(session, str("key"), value("", copy)) != PINDUS_OK;
    if (told) return int32_t{PINDUS_INTERNAL};
    host->credential_set(session, str("key"), value("", key));
    return host->credential_commit(session);
  });
  CHECK(outcome.code == PINDUS_OK);
  CHECK(outcome.key.view() == good_key);
  CHECK(fixture.io.notices.size() == 2);  // where a key is made; nothing about a prefix
}
