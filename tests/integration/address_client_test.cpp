// Who pindus is to a server at whose addresses people sign in: a registration, a document, or what
// a person was given. A number before a name is that of a rule in authorization-musts.md.
#include <catch2/catch.hpp>
#include <optional>
#include <regex>
#include <tuple>

#include "tests/integration/address.hpp"

using Catch::Contains;
using pindus::test::Address;
using pindus::test::ChildProcess;

namespace {

// The next address for a browser, after it was said that another client is registered.
std::string opened_anew(const Address& at, ChildProcess& process) {
  const std::string begin = at.peer.issuer() + "/auth?";
  return process.wait_until([&](const std::string& said) {
    const auto told = said.find("any more: another one is registered");
    const auto at_url = told == std::string::npos ? told : said.find(begin, told);
    const auto end = at_url == std::string::npos ? at_url : said.find('\n', at_url);
    return end == std::string::npos ? std::nullopt
                                    : std::optional(said.substr(at_url, end - at_url));
  });
}

}  // namespace

TEST_CASE("a second agent and a second resource need no other registration") {
  Address at;
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  // The second agent asks for the key, and that is all.
  CHECK(at.profile.run({"auth", "key", at.one()}).exit_code == 0);
  CHECK(at.peer.counter("/registered") == 1);
  CHECK(at.peer.counter("/authorizations") == 1);
  const auto second = at.sign_in(at.two());
  INFO(second.err);
  REQUIRE(second.exit_code == 0);
  CHECK(at.peer.counter("/registered") == 1);
  CHECK(at.ask(at.two()).out == "200");
}

TEST_CASE("two sign-ins at once make one registration") {
  Address at;
  auto first = at.profile.start({"signin", at.one(), "--oauth"});
  auto second = at.profile.start({"signin", at.two(), "--oauth"});
  const std::string begin = at.peer.issuer() + "/auth?";
  const std::string of_first = begin + first.wait_for(begin);
  const std::string of_second = begin + second.wait_for(begin);
  CHECK(at.peer.counter("/registered") == 1);
  first.write_input(at.peer.approve_code(of_first) + "\n");
  second.write_input(at.peer.approve_code(of_second) + "\n");
  CHECK(first.wait().exit_code == 0);
  CHECK(second.wait().exit_code == 0);
}

TEST_CASE("a client that the server forgets under way is registered once more, not in a loop") {
  Address at;
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  const std::string before = at.clients();
  // The code is asked for with the client, and exchanged after the server has forgotten it.
  auto process = at.start(at.one(), {"--replace"});
  at.wait_for_browser(process);
  const std::string code = at.peer.approve_code(at.opened);
  std::ignore = at.peer.request("/__test/forget-clients");
  process.write_input(code + "\n");
  process.write_input(at.peer.approve_code(opened_anew(at, process)) + "\n");
  const auto result = process.wait();
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(at.peer.counter("/registered") == 2);
  CHECK(at.clients() != before);
  CHECK(at.ask(at.one()).out == "200");
}

TEST_CASE("a client that the page itself refuses is registered once more, not in a loop") {
  const std::string error = GENERATE("invalid_client", "unauthorized_client");
  Address at;
  const auto refusal = [&](const std::string& url) {
    std::smatch state;
    std::regex_search(url, state, std::regex("[?&]state=([^&]*)"));
    return "http://127.0.0.1:1455/callback?error=" + error + "&state=" + state[1].str() +
           "&iss=" + at.peer.issuer() + "\n";
  };
  auto process = at.start(at.one());
  at.wait_for_browser(process);
  process.write_input(refusal(at.opened));
  const std::string again = opened_anew(at, process);
  SECTION("and that one serves") {
    process.write_input(at.peer.approve_code(again) + "\n");
    const auto result = process.wait();
    INFO(result.err);
    CHECK(result.exit_code == 0);
    CHECK(at.ask(at.one()).out == "200");
  }
  SECTION("and refused again, for good") {
    process.write_input(refusal(again));
    const auto result = process.wait();
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.err, Contains("refused: " + error));
  }
  CHECK(at.peer.counter("/registered") == 2);
}

TEST_CASE("a client that the server has forgotten is noticed before the browser opens") {
  Address at;
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  const auto first = at.asked_before_browser;
  REQUIRE(at.sign_in(at.one(), {"--replace"}).exit_code == 0);
  CHECK(at.peer.counter("/registered") == 1);
  std::ignore = at.peer.request("/__test/forget-clients");
  const auto result = at.sign_in(at.one(), {"--replace"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.err, Contains("any more: another one is registered"));
  CHECK(at.peer.counter("/registered") == 2);
  CHECK(at.ask(at.one()).out == "200");
  CHECK(first <= 4);
}

TEST_CASE("where a page alone says that it has forgotten the client, the way out is told") {
  Address at("no-management");
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  REQUIRE(at.sign_in(at.two()).exit_code == 0);
  std::ignore = at.peer.request("/__test/forget-clients");
  auto process = at.start(at.one(), {"--replace"});
  at.wait_for_browser(process);
  // It is an error page, which sends the browser nowhere.
  const auto page = pindus::test::run_process(
      {"curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", at.opened},
      pindus::test::plain_environment());
  CHECK(page.out == "400 ");
  const bool says_nothing = GENERATE(true, false);
  process.write_input(says_nothing ? "\n" : at.opened + "\n");
  const auto refused = process.wait();
  CHECK(refused.exit_code == 1);
  const std::string way = "pindus signin " + at.one() + " --account default --new-client --replace";
  const auto told = refused.err.find(way);
  REQUIRE(told != std::string::npos);
  CHECK(told < refused.err.find(at.opened));
  CHECK(refused.err.find(way, told + 1) != std::string::npos);  // and again, as the hint
  CHECK(at.peer.counter("/registered") == 1);

  const auto result = at.sign_in(at.one(), {"--new-client", "--replace"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(at.peer.counter("/registered") == 2);
  CHECK(at.ask(at.one()).out == "200");
  // It serves from then on.
  REQUIRE(at.sign_in(at.two(), {"--replace"}).exit_code == 0);
  CHECK(at.peer.counter("/registered") == 2);
}

TEST_CASE("A3: where registration is closed the person's own client is asked for") {
  const std::string deviation = GENERATE("closed", "no-registration");
  Address at(deviation);
  const auto nobody = at.profile.run({"signin", at.one()});
  CHECK(nobody.exit_code == 1);
  CHECK_THAT(nobody.err, Contains("--set client=ID"));
  const auto given = at.sign_in(at.one(), {"--set", "client=given-by-hand"});
  INFO(given.err);
  REQUIRE(given.exit_code == 0);
  CHECK(at.ask(at.one()).out == "200");
  CHECK_THAT(at.clients(), Contains("given-by-hand"));
  // What a person was given is no registration of ours.
  CHECK_THAT(at.profile.run({"signout", at.one()}).out, !Contains("registration"));
  CHECK_THAT(at.clients(), Contains("given-by-hand"));
}

TEST_CASE("A3: a client's metadata document needs no registration") {
  Address at("documents");
  at.profile.install_manifest(
      "mine", R"({"manifest":1,"id":")" + at.one() +
                  R"(","client_metadata_url":"https://client.example/pindus.json"})");
  const auto result = at.sign_in(at.one());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(at.asked_before_browser <= 3);
  CHECK(at.peer.counter("/registered") == 0);
  CHECK(at.ask(at.one()).out == "200");
}

TEST_CASE("a client with a secret signs in and refreshes, and no file but two has the secret") {
  Address at("secret");
  const auto result = at.sign_in(at.one());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(at.clients(), Contains("\"client_secret\""));
  CHECK(at.profile.run({"auth", "refresh", at.one(), "--force"}).exit_code == 0);
  CHECK(at.ask(at.one()).out == "200");
  CHECK_THAT(at.profile.run({"plugin", "show", at.one(), "--json"}).out,
             !Contains("\"client_secret\":"));
}

TEST_CASE("a secret that has ended leads to another registration") {
  Address at("secret-expires");
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  REQUIRE(at.sign_in(at.one(), {"--replace"}).exit_code == 0);
  CHECK(at.peer.counter("/registered") == 2);
}
