#include <catch2/catch.hpp>
#include <thread>

#include "tests/unit/session_fakes.hpp"

using pindus::AuthKind;
using namespace std::chrono_literals;
using pindus::test::bytes;
using pindus::test::SessionFixture;
using pindus::test::store;
using pindus::test::str;
using pindus::test::value;

namespace {

constexpr std::string_view good_key = "sk-acme-0123456789abcdef";

int32_t ask_for_key(const pindus_host_1* host, pindus_session session) {
  const pindus_prompt prompt{sizeof(pindus_prompt), PINDUS_PROMPT_API_KEY, {}, nullptr, 0};
  pindus_secret key{};
  if (const int32_t code = host->prompt(session, &prompt, &key); code != PINDUS_OK) return code;
  const pindus_key_rule rule{sizeof(pindus_key_rule), 0, str("sk-acme-"), 0};
  if (const int32_t code = host->secret_check(session, key, &rule); code != PINDUS_OK) return code;
  if (const int32_t code = host->credential_set(session, str("key"), value("", key))) return code;
  return host->commit(session);
}

struct ApiKeyFixture : SessionFixture {
  ApiKeyFixture() { method.kind = AuthKind::api_key; }
};

int32_t ask_text(const pindus_host_1* host, pindus_session session) {
  const pindus_prompt prompt{sizeof(pindus_prompt), PINDUS_PROMPT_TEXT, str("Paste"), nullptr, 0};
  pindus_secret line{};
  if (const int32_t code = host->prompt(session, &prompt, &line); code != PINDUS_OK) return code;
  return store(host, session, bytes(host, session, line));
}

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

TEST_CASE("a person who declines the variable is shown the page and asked without echo") {
  ApiKeyFixture fixture;
  fixture.variables["ACME_API_KEY"] = "sk-acme-the-other-key-000";
  fixture.io.answers = {"n", std::string(good_key)};
  CHECK(fixture.run(ask_for_key).key.view() == good_key);
  CHECK(fixture.io.said("https://acme.example/keys"));
  CHECK(fixture.io.questions.back() == "(hidden) Api key for Acme");
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

TEST_CASE("an api key, and whatever is made of it, stays closed to the plugin") {
  ApiKeyFixture fixture;
  fixture.method.options["token_url"] = "https://acme.example/token";
  fixture.io.answers = {std::string(good_key)};
  const auto outcome = fixture.run([](const pindus_host_1* host, pindus_session session) {
    const pindus_prompt prompt{sizeof(pindus_prompt), PINDUS_PROMPT_API_KEY, {}, nullptr, 0};
    pindus_secret key{};
    host->prompt(session, &prompt, &key);
    pindus_secret made[4] = {};
    const pindus_field field{str("key"), value("", key)};
    host->secret_new(session, value("Bearer ", key), &made[0]);
    host->form_encode(session, &field, 1, PINDUS_FORM_JSON, &made[1]);
    host->base64url_encode(session, value("", key), &made[2]);
    host->form_decode(session, value("k=", made[2]), str("k"), &made[3]);
    std::string seen;
    for (const auto secret : {key, made[0], made[1], made[2], made[3]}) {
      if (host->secret_view(session, secret, pindus::test::take, &seen) != PINDUS_FORBIDDEN) {
        return int32_t{PINDUS_INTERNAL};
      }
    }
    pindus_json json{};
    int32_t same = 0;
    const pindus_field header{str("Authorization"), value("", made[0])};
    const pindus_http_request request{sizeof(pindus_http_request),
                                      0,
                                      str("GET"),
                                      str("https://acme.example/token"),
                                      &header,
                                      1,
                                      {}};
    pindus_http_response response{sizeof(pindus_http_response), 0, {}, {}};
    if (host->json_parse(session, value("", made[1]), &json) != PINDUS_FORBIDDEN ||
        host->equal(session, value("", key), value("guess"), &same) != PINDUS_FORBIDDEN ||
        host->http_send(session, &request, &response) != PINDUS_FORBIDDEN || !seen.empty()) {
      return int32_t{PINDUS_INTERNAL};
    }
    host->credential_set(session, str("key"), value("", key));
    return host->commit(session);
  });
  CHECK(outcome.code == PINDUS_OK);
  CHECK(outcome.key.view() == good_key);
  CHECK(fixture.services.sent.empty());
}

TEST_CASE("a line that a terminal wrapped is put together, and its blanks inside stay") {
  struct Case {
    std::string pasted, line;
  };
  const auto pasted =
      GENERATE(Case{"code#state", "code#state"}, Case{"  padded \r\n", "padded"},
               Case{"https://x/cb?co\nde=1   \r\n  &state=2", "https://x/cb?code=1&state=2"},
               Case{"two  words", "two  words"});
  SessionFixture fixture;
  fixture.io.answers = {pasted.pasted};
  CHECK(fixture.run(ask_text).credentials.access.view() == pasted.line);
}

TEST_CASE("an answer of more than 64 KiB is refused, one of 64 KiB is whole") {
  SessionFixture fixture;
  fixture.io.answers = {std::string(64 << 10, 'a')};
  CHECK(fixture.run(ask_text).credentials.access.view().size() == 64 << 10);
  fixture.io.answers = {std::string((64 << 10) + 1, 'a')};
  const auto refused = fixture.run(ask_text);
  CHECK(refused.code == PINDUS_TOO_LARGE);
  CHECK(refused.why.message == "the answer is longer than 64 KiB");
}

TEST_CASE("a person who gives up, and one who may not be asked, end the sign-in differently") {
  SessionFixture fixture;
  const auto given_up = fixture.run(ask_text);
  CHECK(given_up.code == PINDUS_CANCELLED);
  CHECK(given_up.why.message == "no answer");  // what CredentialIo said, not the plugin's fault
  fixture.on_refresh();
  CHECK(fixture.run(ask_text).code == PINDUS_INTERACTION_FORBIDDEN);
}

TEST_CASE("a choice is answered by number or by name, and asked again where it is neither") {
  const auto choose = [](const pindus_host_1* host, pindus_session session) {
    const pindus_str choices[] = {str("red"), str("green")};
    const pindus_prompt prompt{sizeof(pindus_prompt), PINDUS_PROMPT_CHOICE, str("Colour"), choices,
                               2};
    pindus_secret chosen{};
    if (const int32_t code = host->prompt(session, &prompt, &chosen)) return code;
    return store(host, session, bytes(host, session, chosen));
  };
  SessionFixture fixture;
  fixture.io.answers = {"3", "2"};
  CHECK(fixture.run(choose).credentials.access.view() == "green");
  fixture.io.answers = {"red"};
  CHECK(fixture.run(choose).credentials.access.view() == "red");
}

TEST_CASE(
    "an address is printed whole and opened and anything but http(s) is the plugin's mistake") {
  SessionFixture fixture;
  const auto open = [](const pindus_host_1* host, pindus_session session) {
    if (host->open_url(session, str("javascript:alert(1)")) != PINDUS_INVALID_ARGUMENT ||
        host->open_url(session, str("https://x/\x1b[2J")) != PINDUS_INVALID_ARGUMENT ||
        host->open_url(session, str("file:///etc/passwd")) != PINDUS_INVALID_ARGUMENT) {
      return int32_t{PINDUS_INTERNAL};
    }
    const std::string url = "https://acme.example/authorize?" + std::string(3000, 'q');
    host->open_url(session, str(url));
    return store(host, session);
  };
  CHECK(fixture.run(open).code == PINDUS_OK);
  REQUIRE(fixture.io.opened.size() == 1);
  CHECK(fixture.io.opened[0].size() == 3031);
  CHECK(fixture.io.said(fixture.io.opened[0]));
  fixture.request.open_browser = false;
  CHECK(fixture.run(open).code == PINDUS_OK);
  CHECK(fixture.io.opened.size() == 1);
}

TEST_CASE("a device code is shown with its address, its QR code and the time that is left") {
  SessionFixture fixture;
  const auto show = [](const pindus_host_1* host, pindus_session session) {
    const pindus_device_code code{sizeof(pindus_device_code),         0,  str("ABCD-1234"),
                                  str("https://acme.example/device"), {}, 90};
    if (const int32_t shown = host->show_code(session, &code); shown != PINDUS_OK) return shown;
    host->sleep_ms(session, 1100);
    return store(host, session);
  };
  CHECK(fixture.run(show).code == PINDUS_OK);
  CHECK(fixture.io.said("ABCD-1234"));
  CHECK(fixture.io.said("https://acme.example/device"));
  CHECK(fixture.io.qr_codes == 1);
  REQUIRE(fixture.io.countdowns.size() == 3);
  CHECK(fixture.io.countdowns[0] == 90s);
  CHECK(fixture.io.countdowns[1] == 89s);
  CHECK(fixture.io.countdowns[2] == std::nullopt);

  fixture.request.show_qr = false;
  CHECK(fixture.run(show).code == PINDUS_OK);
  CHECK(fixture.io.qr_codes == 1);
}

TEST_CASE(
    "a device's complete address is in the QR code, else printed, and opened where it may be") {
  SessionFixture fixture;
  static constexpr auto complete = "https://acme.example/device?code=ABCD-1234";
  const auto show = [](const pindus_host_1* host, pindus_session session) {
    const pindus_device_code code{sizeof(pindus_device_code),
                                  0,
                                  str("ABCD-1234"),
                                  str("https://acme.example/device"),
                                  str(complete),
                                  90};
    if (const int32_t shown = host->show_code(session, &code); shown != PINDUS_OK) return shown;
    return store(host, session);
  };
  CHECK(fixture.run(show).code == PINDUS_OK);
  CHECK(fixture.io.opened == std::vector<std::string>{complete});
  CHECK_FALSE(fixture.io.said(complete));

  fixture.request.show_qr = false;
  fixture.request.open_browser = false;
  CHECK(fixture.run(show).code == PINDUS_OK);
  CHECK(fixture.io.opened.size() == 1);
  CHECK(fixture.io.said(complete));
}

TEST_CASE("a sleep ends within 100 ms of an interrupt, and what was committed is not stored") {
  SessionFixture fixture;
  std::stop_source stop;
  fixture.request.stop = stop.get_token();
  std::chrono::steady_clock::time_point stopped;
  const std::jthread interrupt([&] {
    std::this_thread::sleep_for(50ms);
    stopped = std::chrono::steady_clock::now();
    stop.request_stop();
  });
  const auto outcome = fixture.run([](const pindus_host_1* host, pindus_session session) {
    store(host, session);
    return host->sleep_ms(session, 60'000);
  });
  CHECK(std::chrono::steady_clock::now() - stopped < 100ms);
  CHECK(outcome.code == PINDUS_CANCELLED);
  CHECK(outcome.why.message == "the sign-in at Acme was interrupted");
  CHECK(outcome.credentials.access.empty());
}

TEST_CASE("log lines appear only where PINDUS_LOG is set, whatever thread they come from") {
  SessionFixture fixture;
  const auto log = [](const pindus_host_1* host, pindus_session session) {
    std::thread([&] { host->log(session, PINDUS_LOG_WARNING, str("from\x1b a thread")); }).join();
    return store(host, session);
  };
  CHECK(fixture.run(log).code == PINDUS_OK);
  CHECK(fixture.io.notices.empty());
  fixture.variables["PINDUS_LOG"] = "1";
  CHECK(fixture.run(log).code == PINDUS_OK);
  CHECK(fixture.io.notices == std::vector<std::string>{"scripted.so: warning: from a thread"});
}

TEST_CASE("the method's notice is shown at a sign-in and not at a refresh") {
  SessionFixture fixture;
  fixture.method.options["notice"] = "This client id belongs to somebody else.";
  const auto done = [](const pindus_host_1* host, pindus_session session) {
    return store(host, session);
  };
  CHECK(fixture.run(done).code == PINDUS_OK);
  CHECK(fixture.io.said("belongs to somebody else"));
}

TEST_CASE("the plugin's own error is told and where it set none, the plugin and the code are") {
  SessionFixture fixture;
  const auto told = fixture.run([](const pindus_host_1* host, pindus_session session) {
    host->set_error(session, PINDUS_DENIED, str("acme\x1b said no"), str("ask acme"));
    return int32_t{PINDUS_DENIED};
  });
  CHECK(told.why.message == "acme said no");
  CHECK(told.why.hint == "ask acme");
  const auto silent =
      fixture.run([](const pindus_host_1*, pindus_session) { return int32_t{PINDUS_EXPIRED}; });
  CHECK(silent.why.message ==
        "the plugin scripted.so could not sign in at Acme: a code or token ended before it was "
        "used");
  const auto defect = fixture.run([](const pindus_host_1* host, pindus_session session) {
    host->set_error(session, PINDUS_INTERNAL, str("assertion failed"), {});
    return int32_t{PINDUS_INTERNAL};
  });
  CHECK(defect.why.message == "assertion failed (said by the plugin scripted.so)");
}
