#include <catch2/catch.hpp>
#include <thread>

#include "tests/unit/session_fakes.hpp"

using namespace std::chrono_literals;
using pindus::test::bytes;
using pindus::test::SessionFixture;
using pindus::test::store;
using pindus::test::str;

namespace {

int32_t ask_text(const pindus_host_1* host, pindus_session session) {
  const pindus_prompt prompt{sizeof(pindus_prompt), PINDUS_PROMPT_TEXT, str("Paste"), {}};
  pindus_secret line{};
  if (const int32_t code = host->prompt(session, &prompt, &line); code != PINDUS_OK) return code;
  return store(host, session, bytes(host, session, line));
}

}  // namespace

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
    const pindus_str choices[] = {str("red"), str("green"), str("2"), str("40")};
    const pindus_choice choice{sizeof(pindus_choice), 0, str("Colour"), choices, 4, -1};
    uint64_t index = 0;
    if (const int32_t code = host->choose(session, &choice, &index)) return code;
    return store(host, session, std::to_string(index) + "-chosen");
  };
  SessionFixture fixture;
  fixture.io.answers = {"5", "2"};
  CHECK(fixture.run(choose).credentials.access.view() == "1-chosen");
  fixture.io.answers = {"red"};
  CHECK(fixture.run(choose).credentials.access.view() == "0-chosen");
  fixture.io.answers = {"40"};
  CHECK(fixture.run(choose).credentials.access.view() == "3-chosen");
  fixture.io.answers = std::deque<std::string>(static_cast<std::size_t>(fixture.io.tries()), "0");
  const auto never = fixture.run(choose);
  CHECK(never.code == PINDUS_CANCELLED);
  CHECK(never.why.message == "the question was answered with none of the choices");
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
    if (const int32_t shown = host->show_device_code(session, &code); shown != PINDUS_OK)
      return shown;
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
    if (const int32_t shown = host->show_device_code(session, &code); shown != PINDUS_OK)
      return shown;
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
