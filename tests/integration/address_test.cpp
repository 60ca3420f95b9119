// Signing in at an address, at a real OAuth server that registers clients and two resources that
// name it; the numbers are those of tests/unit/discovery_server_test.cpp.
#include <catch2/catch.hpp>

#include "tests/integration/sign_in.hpp"

using Catch::Contains;
using pindus::test::OAuthPeer;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;
using pindus::test::read_file;

namespace {

struct Address {
  explicit Address(const std::string& deviations = "")
      : peer("resource-servers.mjs", {"--deviate", deviations}) {}

  OAuthPeer peer;
  PindusProfile profile;
  std::int64_t asked_before_browser = 0;

  [[nodiscard]] std::string one() const { return peer.said("one"); }
  [[nodiscard]] std::string two() const { return peer.said("two"); }

  /// As a person who consents and pastes the last page's address.
  ProcessResult sign_in(const std::string& address, std::vector<std::string> options = {},
                        int consents = 1) {
    options.insert(options.begin(), {"signin", address, "--oauth"});
    auto process = profile.start(std::move(options));
    const std::string begin = peer.issuer() + "/auth?";
    for (int i = 0; i < consents; ++i) {
      const std::string url = begin + process.wait_for(begin);
      asked_before_browser = peer.counter("/before-browser");
      process.write_input(peer.approve_code(url) + "\n");
    }
    return process.wait();
  }

  /// What the resource answers to whoever has the token.
  [[nodiscard]] ProcessResult ask(const std::string& address) const {
    auto result = profile.run({"auth", "key", address});
    if (result.exit_code != 0) return result;
    result.out.pop_back();
    return pindus::test::run_process({"curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-X",
                                      "POST", "-H", "Authorization: Bearer " + result.out, address},
                                     pindus::test::plain_environment());
  }

  [[nodiscard]] std::string clients() const {
    return read_file(profile.path() / "profile" / "clients.json");
  }
};

}  // namespace

TEST_CASE("a sign-in at an address asks four times before the browser, and its token is taken") {
  Address at;
  const auto result = at.sign_in(at.one());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("Signed in at Resource /one (" + at.one() + ") as default."));
  CHECK(at.asked_before_browser <= 4);
  CHECK(at.ask(at.one()).out == "200");
  CHECK_THAT(at.profile.run({"auth", "headers", at.one()}).out,
             Contains("{\"Authorization\":\"Bearer "));
  CHECK_THAT(at.profile.run({"signin", "--list"}).out, Contains("Resource /one (" + at.one()));
  CHECK_THAT(at.profile.run({"auth", "exec", at.one(), "--", "env"}).out,
             Contains("_TOKEN=" + at.profile.key(at.one())));
  CHECK(at.profile.stored("/" + [&] {
    std::string name = at.one();
    for (std::size_t i = 0; (i = name.find('/', i)) != std::string::npos; i += 2) {
      name.replace(i, 1, "~1");
    }
    return name;
  }() + "/default/scope") == "mcp:read offline_access");
}

TEST_CASE("5: a second agent and a second resource need no other registration") {
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

TEST_CASE("5: two sign-ins at once make one registration") {
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

TEST_CASE("10: a resource that fails at a bad token is never given one, refreshed or new") {
  Address at("bad-token-500");
  const auto result = at.sign_in(at.one());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(at.ask(at.one()).out == "200");
  CHECK(at.profile.run({"auth", "refresh", at.one(), "--force"}).exit_code == 0);
  CHECK(at.ask(at.one()).out == "200");
  // That is what it says where the token is another resource's.
  REQUIRE(at.sign_in(at.two()).exit_code == 0);
  const auto wrong = pindus::test::run_process(
      {"curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST", "-H",
       "Authorization: Bearer " + at.profile.key(at.two()), at.one()},
      pindus::test::plain_environment());
  CHECK(wrong.out == "500");
}

TEST_CASE("10: a token for one resource is none for another") {
  Address at;
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  CHECK(at.profile.run({"auth", "key", at.two()}).exit_code == 1);
  const auto unknown = at.profile.run({"auth", "key", at.two()});
  CHECK_THAT(unknown.err, Contains("pindus signin " + at.two()));
}

TEST_CASE("11: a refresh is for the same resource") {
  Address at;
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  const std::string first = at.profile.key(at.one());
  const auto refreshed = at.profile.run({"auth", "refresh", at.one(), "--force"});
  INFO(refreshed.err);
  REQUIRE(refreshed.exit_code == 0);
  CHECK(at.profile.key(at.one()) != first);
  CHECK(at.ask(at.one()).out == "200");
}

TEST_CASE("12: a step up asks for what the account has and for more") {
  Address at("late-scope");
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  CHECK(at.ask(at.one()).out == "403");
  const auto more = at.sign_in(at.one(), {"--scope", "mcp:write"});
  INFO(more.err);
  REQUIRE(more.exit_code == 0);
  CHECK(at.ask(at.one()).out == "200");
  const std::string token = at.profile.key(at.one());
  CHECK(at.profile.run({"plugin", "show", at.one()})
            .out.contains("mcp:read offline_access mcp:write"));
}

TEST_CASE("14: a sign-out revokes, and takes the registration back with the last address") {
  Address at;
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  REQUIRE(at.sign_in(at.two()).exit_code == 0);
  const auto first = at.profile.run({"signout", at.one()});
  CHECK_THAT(first.out, Contains("has revoked the sign-in") && !Contains("registration"));
  CHECK(at.peer.counter("/unregistered") == 0);
  const auto last = at.profile.run({"signout", at.two()});
  CHECK_THAT(last.out, Contains("has revoked the sign-in") && Contains("The registration at") &&
                           Contains("is taken back."));
  CHECK(at.peer.counter("/unregistered") == 1);
  CHECK_THAT(at.clients(), !Contains("client_id"));
  CHECK(std::filesystem::is_empty(at.profile.path() / "profile" / "discovered"));
}

TEST_CASE("a client that the server has forgotten is registered once more, not in a loop") {
  Address at;
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  const std::string before = at.clients();
  // The code is asked for with the client, and exchanged after the server has forgotten it.
  auto process = at.profile.start({"signin", at.one(), "--oauth", "--replace"});
  const std::string begin = at.peer.issuer() + "/auth?";
  const std::string url = begin + process.wait_for(begin);
  const std::string code = at.peer.approve_code(url);
  std::ignore = at.peer.request("/__test/forget-clients");
  process.write_input(code + "\n");
  const std::string again = process.wait_until([&](const std::string& said) {
    const auto told = said.find("another one is registered");
    const auto at_url = told == std::string::npos ? told : said.find(begin, told);
    const auto end = at_url == std::string::npos ? at_url : said.find('\n', at_url);
    return end == std::string::npos ? std::nullopt
                                    : std::optional(said.substr(at_url, end - at_url));
  });
  process.write_input(at.peer.approve_code(again) + "\n");
  const auto result = process.wait();
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, Contains("any more: another one is registered"));
  CHECK(at.peer.counter("/registered") == 2);
  CHECK(at.clients() != before);
  CHECK(at.ask(at.one()).out == "200");
}

TEST_CASE("13: what another server gave for an address is forgotten, and its client there") {
  Address at;
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  REQUIRE(at.sign_in(at.one(), {"--account", "work"}).exit_code == 0);
  at.peer.configure(R"({"deviate":"issuer-mismatch"})");
  const auto result = at.sign_in(at.one(), {"--replace", "--allow-issuer", at.peer.issuer()});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.err, Contains("has its tokens from another server now"));
  CHECK(at.ask(at.one()).out == "200");
  CHECK(at.profile.run({"auth", "key", at.one(), "--account", "work"}).exit_code == 1);
  CHECK(at.peer.counter("/registered") == 2);
  CHECK(at.peer.counter("/unregistered") == 1);
}

TEST_CASE("3: a server that calls itself otherwise is refused, and allowed by a person's word") {
  const std::string deviation = GENERATE("trailing-slash", "issuer-mismatch");
  Address at(deviation);
  const auto refused = at.profile.run({"signin", at.one()});
  CHECK(refused.exit_code == 1);
  CHECK_THAT(refused.err, Contains("--allow-issuer " + at.peer.issuer()));
  const auto allowed = at.sign_in(at.one(), {"--allow-issuer", at.peer.issuer()});
  INFO(allowed.err);
  REQUIRE(allowed.exit_code == 0);
  CHECK(at.ask(at.one()).out == "200");
  CHECK_THAT(at.profile.run({"plugin", "show", at.one()}).out, Contains("/discovered/reason"));
}

TEST_CASE("2: metadata is found without a word in the challenge") {
  const std::string deviation = GENERATE("silent", "root");
  Address at(deviation);
  const auto result = at.sign_in(at.one());
  INFO(result.err);
  CHECK(result.exit_code == 0);
}

TEST_CASE("2, 4: what a server may not do is refused before anybody is asked") {
  const auto [deviation, said] = GENERATE(
      table<std::string, std::string>({{"no-s256", "PKCE"},
                                       {"private-metadata", "private network"},
                                       {"redirect", "HTTP 302"},
                                       {"huge", "64 KiB"},
                                       {"other-resource", "is the metadata of"},
                                       {"nobody", "doesn't say who signs people in there"}}));
  Address at(deviation);
  const auto refused = at.profile.run({"signin", at.one()});
  CHECK(refused.exit_code == 1);
  CHECK_THAT(refused.err, Contains("Sign-in failed") && Contains(said));
  CHECK(at.peer.counter("/registered") == 0);
  CHECK_FALSE(std::filesystem::exists(at.profile.path() / "profile" / "clients.json"));
}

TEST_CASE("3: a server with OpenID Connect's metadata alone serves") {
  Address at("openid-only");
  CHECK(at.sign_in(at.one()).exit_code == 0);
  CHECK(at.asked_before_browser <= 5);
}

TEST_CASE("5: where registration is closed the person's own client is asked for") {
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

TEST_CASE("5: a client's metadata document needs no registration") {
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

TEST_CASE("5: a client with a secret signs in and refreshes, and no file but two has the secret") {
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

TEST_CASE("5: a secret that has ended leads to another registration") {
  Address at("secret-expires");
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  REQUIRE(at.sign_in(at.one(), {"--replace"}).exit_code == 0);
  CHECK(at.peer.counter("/registered") == 2);
}

TEST_CASE("8: an answer without iss is refused where the server has advertised it") {
  Address at("no-iss");
  const auto result = at.sign_in(at.one());
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("which server it comes from (iss)"));
}

TEST_CASE("7: a resource that the authorization endpoint has already gives way") {
  Address at("authorize-resource");
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  CHECK(at.ask(at.one()).out == "200");
}

TEST_CASE("11: without a refresh token the key is good until its end") {
  Address at("no-refresh");
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  CHECK(at.ask(at.one()).out == "200");
  CHECK_THAT(at.profile.run({"auth", "refresh", at.one(), "--force"}).err,
             Contains("has no refresh token"));
}

TEST_CASE("an address of a server itself signs in with a client that one was given") {
  Address at;
  const auto result = at.sign_in(at.peer.issuer(), {"--set", "client=given-by-hand"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_FALSE(at.profile.key(at.peer.issuer()).empty());
}

TEST_CASE("without a browser a device code is shown, where the server has one") {
  Address at;
  auto process = at.profile.start({"signin", at.one(), "--no-browser"});
  const std::string code = process.wait_until(pindus::test::find_user_code);
  at.peer.approve_device(at.peer.issuer() + "/device", code);
  const auto result = process.wait();
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(at.ask(at.one()).out == "200");
  CHECK(at.profile.run({"auth", "refresh", at.one(), "--force"}).exit_code == 0);
}

TEST_CASE("options --scope and --allow-issuer are for addresses, and an address is one") {
  const PindusProfile profile;
  const auto named = profile.run({"signin", "openai", "--scope", "a"});
  CHECK(named.exit_code == 2);
  CHECK_THAT(named.err, Contains("are for addresses"));
  CHECK(profile.run({"signin", "https://user@a.example/"}).exit_code == 2);
  CHECK(profile.run({"signin", "https://a.example/", "--api-key"}).exit_code == 2);
  CHECK(profile.run({"signin", "http://127.0.0.1:1/mcp"}).exit_code == 1);
}

TEST_CASE("12: through the broker a call that needs more scope is answered with the command") {
  Address at("late-scope");
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  const std::string script =
      "address=$(env | sed -n 's/^PINDUS_ADDRESS_[A-Z0-9_]*=//p'); "
      "curl -s -X POST -H \"Authorization: Bearer $PINDUS_BROKER_TOKEN\" \"$address\"";
  const auto call = [&] {
    return at.profile.run({"auth", "exec", "--broker", at.one(), "--", "sh", "-c", script});
  };
  const auto refused = call();
  INFO(refused.err);
  CHECK_THAT(refused.out,
             Contains("pindus signin " + at.one() + " --account default --scope mcp:write"));
  REQUIRE(at.sign_in(at.one(), {"--scope", "mcp:write"}).exit_code == 0);
  const auto passed = call();
  INFO(passed.err);
  CHECK_THAT(passed.out, Contains("\"aud\":\"" + at.one() + "\""));
}

TEST_CASE("an address that was signed in at before stands in the menu, and is looked at anew") {
  Address at;
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  auto process = at.profile.start({"signin", "--replace"});
  process.write_input("Resource /one\n");
  const std::string begin = at.peer.issuer() + "/auth?";
  const std::string url = begin + process.wait_for(begin);
  process.write_input(at.peer.approve_code(url) + "\n");
  const auto result = process.wait();
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(at.peer.counter("/rs:POST ~1one") == 2);
  CHECK(at.profile.run({"signin", "--scope", "a"}).exit_code == 2);
}
