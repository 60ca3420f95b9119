#include <catch2/catch.hpp>
#include <chrono>
#include <regex>
#include <thread>

#include "tests/end-to-end/terminal_session.hpp"
#include "tests/integration/sign_in.hpp"

using Catch::Contains;
using pindus::Json;
using pindus::test::code_manifest;
using pindus::test::OAuthPeer;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;
using pindus::test::sign_in_by_code;

namespace {

std::string query_of(const std::string& url) {
  return url.substr(url.find('?') + 1);
}

void check_signed_in(const PindusProfile& profile, const ProcessResult& result) {
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const std::string access = profile.stored("/acme/default/access");
  CHECK_FALSE(access.empty());
  CHECK(profile.stored("/acme/default/kind") == "oauth");
  CHECK_FALSE(profile.stored("/acme/default/refresh").empty());
  CHECK(profile.key("acme") == access);
  CHECK(result.out.find(access) == std::string::npos);
  CHECK(result.err.find(access) == std::string::npos);
}

void check_refused(const PindusProfile& profile, const ProcessResult& result,
                   const std::string& why) {
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("Sign-in failed") && Contains(why));
  CHECK_FALSE(profile.has_vault());
}

// The row of the last token request.
Json last_token_request(const OAuthPeer& peer) {
  const Json events = peer.events();
  const Json* last = nullptr;
  for (const Json& event : *events.as_array()) {
    if (*event.find("ev")->as_string() == "token") last = &event;
  }
  REQUIRE(last != nullptr);
  return *last;
}

bool has_parameter(const Json& request, std::string_view name) {
  for (const Json& parameter : *request.find("params")->as_array()) {
    if (*parameter.as_string() == name) return true;
  }
  return false;
}

// The address that the terminal shows for a browser.
std::string printed_url(const pindus::test::TerminalSession& terminal, const OAuthPeer& peer) {
  const std::string& said = terminal.said();
  const auto begin = said.find(peer.issuer() + "/auth?");
  REQUIRE(begin != std::string::npos);
  return said.substr(begin, said.find_first_of("\r\n", begin) - begin);
}

std::string wrapped(std::string text, const std::string& line_break) {
  constexpr std::size_t width = 40;
  for (std::size_t at = width; at < text.size(); at += width + line_break.size()) {
    text.insert(at, line_break);
  }
  return text;
}

}  // namespace

TEST_CASE("a sign-in takes whatever form of the answer a person pastes") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url()));
  const auto paste = [&](const std::string& form, const std::string& url) -> std::string {
    if (form == "code") return peer.approve_code(url, {"--format", "code"});
    if (form == "code#state") return peer.approve_code(url, {"--format", "fragment"});
    const std::string last = peer.approve_code(url);
    if (form == "query") return query_of(last);
    if (form == "?query") return "?" + query_of(last);
    if (form == "padded") return "   \t" + last + "  ";
    if (form == "long") return std::string(30'000, ' ') + last + std::string(30'000, ' ');
    return last;
  };
  const auto form = GENERATE(as<std::string>(), "code", "code#state", "query", "?query", "address",
                             "padded", "long");
  CAPTURE(form);
  check_signed_in(profile, sign_in_by_code(profile, "acme", peer.issuer(),
                                           [&](const auto& url) { return paste(form, url); }));
  CHECK(peer.counter("/success/authorization_code") == 1);
}

TEST_CASE("an address that a terminal wrapped on its way signs in") {
  const auto line_break = GENERATE(as<std::string>(), "\n", "\r\n", "   \r\n  ");
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url()));
  pindus::test::TerminalSession terminal({PindusProfile::program(), "signin", "acme"},
                                         profile.environment);
  terminal.wait_for("address: ");
  const std::string last = wrapped(peer.approve_code(printed_url(terminal, peer)), line_break);
  SECTION("in the marks of a paste") {
    terminal.type("\x1b[200~" + last + "\x1b[201~\r");
  }
  SECTION("without marks, as screen and tmux paste it") {
    terminal.type(last + "\r");
  }
  SECTION("without marks, and Enter comes later") {
    terminal.type(last);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    terminal.type("\r");
  }
  CHECK(terminal.wait() == 0);
  CHECK_FALSE(profile.stored("/acme/default/access").empty());
  CHECK(peer.counter("/success/authorization_code") == 1);
}

TEST_CASE("an address in two rows of a pipe signs in") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url()));
  check_signed_in(profile, sign_in_by_code(profile, "acme", peer.issuer(), [&](const auto& url) {
                    return wrapped(peer.approve_code(url), "\n");
                  }));
}

TEST_CASE("a person who pastes something else is told so and asked again, with no new consent") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url()));
  pindus::test::TerminalSession terminal({PindusProfile::program(), "signin", "acme"},
                                         profile.environment);
  terminal.wait_for("address: ");
  const std::string url = printed_url(terminal, peer);
  terminal.type("\r");
  terminal.wait_for("nothing was pasted");
  terminal.wait_for("address: ");
  const std::string last = peer.approve_code(url);
  const std::string other = std::regex_replace(last, std::regex("state=[^&]*"), "state=other");
  SECTION("the third answer is right") {
    terminal.type(url + "\r");
    terminal.wait_for("no code in it");
    terminal.wait_for("address: ");
    terminal.type(last + ",\r");
    CHECK(terminal.wait() == 0);
    CHECK_FALSE(profile.stored("/acme/default/access").empty());
  }
  SECTION("three answers are all") {
    terminal.type(other + "\r");
    terminal.wait_for("another sign-in");
    terminal.wait_for("address: ");
    terminal.type(other + "\r");
    CHECK(terminal.wait() == 1);
    CHECK_THAT(terminal.said(), Contains("Sign-in failed: what was pasted belongs to another"));
    CHECK_FALSE(profile.has_vault());
    CHECK(peer.counter("/requests/authorization_code") == 0);
  }
  const auto consent = terminal.said().find("Open this address");
  CHECK(terminal.said().find("Open this address", consent + 1) == std::string::npos);
}

TEST_CASE("the printed address is one line with S256 and a state of its own") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url(),
                                                 R"("authorize_params": "login_hint=me%40x",)"));
  std::string first;
  for (int i = 0; i < 2; ++i) {
    auto process = profile.start({"signin", "acme"});
    const std::string query = process.wait_for(peer.issuer() + "/auth?");
    CHECK_THAT(query, Contains("response_type=code") && Contains("client_id=pindus-test") &&
                          Contains("code_challenge_method=S256") && Contains("login_hint=me%40x") &&
                          Contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A1455%2Fauth%2Fcallback"));
    std::smatch match;
    REQUIRE(std::regex_search(query, match, std::regex("code_challenge=([A-Za-z0-9_-]{43})(&|$)")));
    const std::string challenge = match[1];
    REQUIRE(std::regex_search(query, match, std::regex("[&]state=([A-Za-z0-9_-]{22,})(&|$)")));
    CHECK(match[1] != challenge);
    CHECK(match[1] != first);
    first = match[1];
    process.close_input();
    const auto result = process.wait();
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.err, Contains("Cancelled"));
    CHECK(result.out.empty());
  }
}

TEST_CASE("S10: an answer to another sign-in is refused before anything is sent") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url()));
  const auto replaced = [&](const std::string& pattern, const std::string& with) {
    return sign_in_by_code(profile, "acme", peer.issuer(), [&](const auto& url) {
      return std::regex_replace(peer.approve_code(url), std::regex(pattern), with);
    });
  };
  SECTION("its state differs") {
    check_refused(profile, replaced("state=[^&]*", "state=somebody-elses"), "another sign-in");
  }
  SECTION("its issuer differs") {
    check_refused(profile, replaced("iss=[^&]*", "iss=https%3A%2F%2Fevil.example"),
                  "another server");
  }
  SECTION("it is the address where the sign-in began") {
    check_refused(
        profile,
        sign_in_by_code(profile, "acme", peer.issuer(), [](const auto& url) { return url; }),
        "no code in it");
  }
  CHECK(peer.counter("/requests/authorization_code") == 0);
}

TEST_CASE("a refused consent is shown as the server says it") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url()));
  const auto result = sign_in_by_code(profile, "acme", peer.issuer(), [&](const auto& url) {
    return peer.approve_code(url, {"--deny"});
  });
  check_refused(profile, result, "access_denied");
}

TEST_CASE("a code that isn't this sign-in's or was used before fails at the server") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url()));
  SECTION("the verifier is another one") {
    std::string code;
    sign_in_by_code(profile, "acme", peer.issuer(), [&](const auto& url) {
      code = peer.approve_code(url, {"--format", "code"});
      return "";
    });
    check_refused(
        profile, sign_in_by_code(profile, "acme", peer.issuer(), [&](const auto&) { return code; }),
        "invalid_grant");
  }
  SECTION("it was used") {
    const PindusProfile other;
    other.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url()));
    std::string code;
    const auto first = sign_in_by_code(other, "acme", peer.issuer(), [&](const auto& url) {
      return code = peer.approve_code(url, {"--format", "code"});
    });
    CHECK(first.exit_code == 0);
    check_refused(
        profile, sign_in_by_code(profile, "acme", peer.issuer(), [&](const auto&) { return code; }),
        "invalid_grant");
  }
  SECTION("it has expired") {
    peer.configure(R"({"codeTtl": 1})");
    check_refused(profile,
                  sign_in_by_code(profile, "acme", peer.issuer(),
                                  [&](const auto& url) {
                                    std::string last = peer.approve_code(url);
                                    std::this_thread::sleep_for(std::chrono::milliseconds(2100));
                                    return last;
                                  }),
                  "invalid_grant");
  }
}

TEST_CASE("an answer beyond 64 KiB is refused") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url()));
  const auto result = sign_in_by_code(profile, "acme", peer.issuer(), [](const auto&) {
    return "code=" + std::string(70'000, 'x');
  });
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("Sign-in failed: the answer is longer than 64 KiB\n"));
  CHECK(peer.counter("/requests/authorization_code") == 0);
}

TEST_CASE("the exchange is JSON or a form, with state or without, as the manifest says") {
  const OAuthPeer peer;
  const PindusProfile profile;
  SECTION("a form without state by default") {
    profile.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url()));
    REQUIRE(sign_in_by_code(profile, "acme", peer).exit_code == 0);
    const Json request = last_token_request(peer);
    CHECK(request.find("json") == nullptr);
    CHECK_FALSE(has_parameter(request, "state"));
    CHECK(has_parameter(request, "code_verifier"));
    CHECK(*request.find("ua")->as_string() == "pindus/" PINDUS_VERSION);
  }
  SECTION("JSON with state") {
    profile.install_manifest("acme",
                             code_manifest("acme", peer.issuer(), peer.token_url(),
                                           R"("token_body": "json", "exchange_state": "true",
                                 "user_agent": "acme-client/2",)"));
    REQUIRE(sign_in_by_code(profile, "acme", peer).exit_code == 0);
    const Json request = last_token_request(peer);
    REQUIRE(request.find("json") != nullptr);
    CHECK(*request.find("json")->as_boolean());
    CHECK(*request.find("ua")->as_string() == "acme-client/2");
  }
}

TEST_CASE("an account's id comes from the claim that the manifest names") {
  const OAuthPeer peer({"--jwt", "1", "--jwt-claims",
                        R"({"https://api.openai.com/auth": {"chatgpt_account_id": "acc_42"}})"});
  const PindusProfile profile;
  profile.install_manifest(
      "acme",
      code_manifest("acme", peer.issuer(), peer.token_url(),
                    R"("account_claim": "/https:~1~1api.openai.com~1auth/chatgpt_account_id",)"));
  check_signed_in(profile, sign_in_by_code(profile, "acme", peer));
  CHECK(profile.stored("/acme/default/accountId") == "acc_42");
}

TEST_CASE("a confidential client's secret reaches the server") {
  const OAuthPeer peer;
  const PindusProfile profile;
  // client_id again, behind the public one: of members with one name the last counts.
  std::string manifest =
      code_manifest("acme", peer.issuer(), peer.token_url(), R"("client_secret": "s3cret+/= &%",)");
  manifest = std::regex_replace(manifest, std::regex("pindus-test"), "pindus-conf");
  profile.install_manifest("acme", manifest);
  check_signed_in(profile, sign_in_by_code(profile, "acme", peer));
}
