// What of a plugin's words a person gets to see, and what the log says of calls that were refused.
#include <catch2/catch.hpp>
#include <optional>
#include <thread>

#include "core/session/slots/slots.hpp"
#include "tests/unit/session_fakes.hpp"

using pindus::test::bytes;
using pindus::test::SessionFixture;
using pindus::test::store;
using pindus::test::str;
using pindus::test::value;

namespace {

constexpr std::string_view token = "a-token-of-the-server";

pindus_secret new_secret(const pindus_host_1* host, pindus_session session, std::string_view text) {
  pindus_secret secret{};
  host->secret_new(session, value(text), &secret);
  return secret;
}

pindus_json parsed(const pindus_host_1* host, pindus_session session, std::string_view text) {
  pindus_json json{};
  host->json_parse(session, value(text), &json);
  return json;
}

std::vector<std::string> logged(SessionFixture& fixture, SessionFixture::Script script) {
  fixture.variables["PINDUS_LOG"] = "1";
  fixture.run(script);
  return fixture.io.notices;
}

}  // namespace

TEST_CASE("a secret that lives is masked wherever a plugin says it") {
  SessionFixture fixture;
  fixture.variables["PINDUS_LOG"] = "1";
  fixture.io.answers = {"answer"};
  const auto outcome = fixture.run([](const pindus_host_1* host, pindus_session session) {
    new_secret(host, session, token);
    const std::string said = "got " + std::string(token) + ", and " + std::string(token);
    host->log(session, PINDUS_LOG_INFO, str("log " + said));
    host->progress(session, str("progress " + said));
    const pindus_prompt prompt{sizeof(pindus_prompt), PINDUS_PROMPT_SECRET, str(said), {}};
    pindus_secret answer{};
    host->prompt(session, &prompt, &answer);
    host->set_error(session, PINDUS_DENIED, str("message " + said), str("hint " + said));
    return int32_t{PINDUS_DENIED};
  });
  CHECK(fixture.io.notices == std::vector<std::string>{"scripted.so: info: log got ***, and ***",
                                                       "progress got ***, and ***"});
  CHECK(fixture.io.questions == std::vector<std::string>{"(hidden) got ***, and ***"});
  CHECK(outcome.why.message == "message got ***, and ***");
  CHECK(outcome.why.hint == "hint got ***, and ***");
}

TEST_CASE("secrets that overlap are masked as one, and what is too short for one isn't") {
  SessionFixture fixture;
  fixture.run([](const pindus_host_1* host, pindus_session session) {
    for (const char* text : {"abcdefgh", "efghijkl", "1234567"}) new_secret(host, session, text);
    host->progress(session, str("<abcdefghijkl> <abcdefgh-efghijkl> <1234567>"));
    return store(host, session);
  });
  CHECK(fixture.io.notices == std::vector<std::string>{"<***> <***-***> <1234567>"});
}

TEST_CASE("a secret is masked before a line is cut off, and not where its rest would show") {
  SessionFixture fixture;
  fixture.run([](const pindus_host_1* host, pindus_session session) {
    new_secret(host, session, token);
    host->progress(session, str(std::string(995, 'x') + std::string(token)));
    return store(host, session);
  });
  REQUIRE(fixture.io.notices.size() == 1);
  CHECK_FALSE(fixture.io.said(token.substr(0, 4)));
}

TEST_CASE("a secret is masked also with line ends in it, or with controls among what is said") {
  SessionFixture fixture;
  fixture.run([](const pindus_host_1* host, pindus_session session) {
    new_secret(host, session, "-----BEGIN KEY-----\nabcdefgh\n");
    new_secret(host, session, token);
    host->progress(session, str("<-----BEGIN KEY-----\nabcdefgh\n> <a-tok\x1b"
                                "en-of-the-server>"));
    return store(host, session);
  });
  CHECK(fixture.io.notices == std::vector<std::string>{"<***> <***>"});
}

TEST_CASE("a line that another thread logs is masked by what lives when it is printed") {
  SessionFixture fixture;
  CHECK(logged(fixture,
               [](const pindus_host_1* host, pindus_session session) {
                 const pindus_secret secret = new_secret(host, session, token);
                 std::thread([&] { host->log(session, PINDUS_LOG_INFO, str(token)); }).join();
                 host->secret_free(session, secret);
                 host->log(session, PINDUS_LOG_INFO, str(token));
                 return store(host, session);
               }) == std::vector<std::string>{"scripted.so: info: ***",
                                              "scripted.so: info: " + std::string(token)});
}

TEST_CASE("the record's tokens and the manifest's secret are masked without a handle") {
  SessionFixture fixture;
  fixture.on_refresh();
  fixture.stored.access = pindus::Secret(std::string_view("stored-access"));
  fixture.stored.refresh = pindus::Secret(std::string_view("stored-refresh"));
  fixture.method.options["client_secret"] = "of-the-manifest";
  fixture.method.options["client_secret_env"] = "ACME_CLIENT_SECRET";
  fixture.variables["ACME_CLIENT_SECRET"] = "of-the-variable";
  const auto outcome = fixture.run([](const pindus_host_1* host, pindus_session session) {
    host->credential_set(session, str("access"), value("fresh-access"));
    host->set_error(
        session, PINDUS_REJECTED,
        str("stored-access stored-refresh fresh-access of-the-variable of-the-manifest"), {});
    return int32_t{PINDUS_REJECTED};
  });
  CHECK(outcome.why.message == "*** *** *** *** of-the-manifest");
}

TEST_CASE("what a server says for people is told though its handle lives") {
  SessionFixture fixture;
  const auto outcome = fixture.run([](const pindus_host_1* host, pindus_session session) {
    const auto answer = parsed(host, session,
                               R"({"error":"access_denied","error_description":"ask your admin",)"
                               R"("access_token":"a-token-of-the-server"})");
    pindus_secret error{};
    pindus_secret description{};
    pindus_secret access{};
    host->json_string(session, answer, str("/error"), &error);
    host->json_string(session, answer, str("/error_description"), &description);
    host->json_string(session, answer, str("/access_token"), &access);
    host->set_error(session, PINDUS_DENIED,
                    str("acme said " + bytes(host, session, error) + ": " +
                        bytes(host, session, description) + " " + bytes(host, session, access)),
                    {});
    return int32_t{PINDUS_DENIED};
  });
  CHECK(outcome.why.message == "acme said access_denied: ask your admin ***");
}

TEST_CASE("a code, an address and a choice are shown whole, and then are no secrets any more") {
  SessionFixture fixture;
  fixture.request.show_qr = false;
  fixture.io.answers = {"1"};
  fixture.run([](const pindus_host_1* host, pindus_session session) {
    for (const char* text : {"WDJB-MJHT", "state-0123456789", "organisation-1"}) {
      new_secret(host, session, text);
    }
    const pindus_device_code code{sizeof(pindus_device_code),    0,  str("WDJB-MJHT"),
                                  str("https://acme.example/d"), {}, 0};
    host->show_device_code(session, &code);
    host->open_url(session, str("https://acme.example/auth?state=state-0123456789"));
    const pindus_str choices[] = {str("organisation-1"), str("organisation-2")};
    const pindus_choice choice{sizeof(pindus_choice), 0, str("Which"), choices, 2, -1};
    uint64_t index = 1;
    host->choose(session, &choice, &index);
    host->progress(session,
                   str("chosen: " + std::string(choices[index].data, choices[index].size)));
    host->progress(session, str("waiting for WDJB-MJHT"));
    return store(host, session);
  });
  CHECK(fixture.io.said("and enter this code: WDJB-MJHT"));
  CHECK(fixture.io.said("https://acme.example/auth?state=state-0123456789"));
  CHECK(fixture.io.said("1. organisation-1"));
  CHECK(fixture.io.said("chosen: organisation-1"));
  CHECK(fixture.io.said("waiting for WDJB-MJHT"));
}

TEST_CASE("a token is masked also in a code and in an address") {
  SessionFixture fixture;
  fixture.request.show_qr = false;
  fixture.run([](const pindus_host_1* host, pindus_session session) {
    host->credential_set(session, str("access"), value(token));
    const pindus_device_code code{sizeof(pindus_device_code),    0,  str(token),
                                  str("https://acme.example/d"), {}, 0};
    host->show_device_code(session, &code);
    host->open_url(session, str("https://acme.example/?t=" + std::string(token)));
    return store(host, session, token);
  });
  CHECK(fixture.io.said("and enter this code: ***"));
  CHECK(fixture.io.said("https://acme.example/?t=***"));
  CHECK_FALSE(fixture.io.said(token));
}

TEST_CASE("with PINDUS_LOG each refused call is named with its arguments and the reason") {
  SessionFixture fixture;
  const auto lines = logged(fixture, [](const pindus_host_1* host, pindus_session session) {
    const pindus_secret gone = new_secret(host, session, "gone");
    host->secret_free(session, gone);
    host->secret_free(session, gone);
    host->random(session, 0, nullptr);
    host->progress(session, {nullptr, 5});
    host->now_ms(session, nullptr);
    std::thread([&] { host->now_ms(session, nullptr); }).join();
    const pindus_prompt prompt{4, 99, {}, {}};
    pindus_secret answer{};
    host->prompt(session, &prompt, &answer);
    return store(host, session);
  });
  REQUIRE(lines.size() == 6);
  CHECK(lines[0].starts_with("scripted.so: refused: secret_free(secret 0x"));
  CHECK(lines[0].contains(", which doesn't live): "));
  CHECK(lines[1].starts_with("scripted.so: refused: random(0, null): "));
  CHECK(lines[2].starts_with("scripted.so: refused: progress(null of 5 bytes): "));
  CHECK(lines[3].starts_with("scripted.so: refused: now_ms(null): "));
  CHECK(lines[4] == "scripted.so: refused: now_ms(): called on another thread than the session's");
  CHECK(
      lines[5].starts_with("scripted.so: refused: prompt(a structure of 4 bytes, a pointer): "
                           "prompt is shorter than its first form"));
}

TEST_CASE("a refused call tells no value, and without PINDUS_LOG nothing") {
  const auto misuse = [](const pindus_host_1* host, pindus_session session) {
    host->credential_set(session, str("kind"), value("a-value-of-the-plugin"));
    return store(host, session);
  };
  SessionFixture fixture;
  fixture.run(misuse);
  CHECK(fixture.io.notices.empty());
  const auto lines = logged(fixture, misuse);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("scripted.so: refused: credential_set(\"kind\", 21 bytes): "));
}

TEST_CASE("a line that a thread logs after the session's end touches nothing of it") {
  std::shared_ptr<pindus::Session> kept;
  {
    SessionFixture fixture;
    fixture.variables["PINDUS_LOG"] = "1";
    fixture.method.library = "a-library-whose-name-is-not-short.so";
    const pindus::OpenSession session(fixture.request);
    kept = pindus::find_session(session->id);
  }
  CHECK(pindus::service::log(*kept, PINDUS_LOG_INFO, str("still here")).value == PINDUS_OK);
  CHECK(kept->plugin() == "a-library-whose-name-is-not-short.so");
  CHECK(pindus::service::cancelled(*kept).value == 0);
}
