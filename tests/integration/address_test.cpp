// Signing in at an address, at a real OAuth server that registers clients and two resources that
// name it. A number before a name is that of a rule in authorization-musts.md.
#include "tests/integration/address.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <regex>

using Catch::Contains;
using pindus::test::Address;
using pindus::test::PindusProfile;
using pindus::test::read_file;

namespace {

std::string escaped(const std::string& address) {
  const std::string colons = std::regex_replace(address, std::regex(":"), "%3A");
  return std::regex_replace(colons, std::regex("/"), "%2F");
}

// Of an address's query, as it stands there.
std::string parameter(const std::string& address, const std::string& name) {
  std::smatch match;
  std::regex_search(address, match, std::regex("[?&]" + name + "=([^&]*)"));
  return match[1];
}

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
  CHECK(at.profile.stored("/" + Address::in_pointer(at.one()) + "/default/scope") ==
        "mcp:read offline_access");
}

TEST_CASE("A17: a resource that fails at a bad token is never given one, refreshed or new") {
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

TEST_CASE("A17: a token for one resource is none for another") {
  Address at;
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  CHECK(at.profile.run({"auth", "key", at.two()}).exit_code == 1);
  const auto unknown = at.profile.run({"auth", "key", at.two()});
  CHECK_THAT(unknown.err, Contains("pindus signin " + at.two()));
}

TEST_CASE("A10: a refresh is for the same resource") {
  Address at;
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  const std::string first = at.profile.key(at.one());
  const auto refreshed = at.profile.run({"auth", "refresh", at.one(), "--force"});
  INFO(refreshed.err);
  REQUIRE(refreshed.exit_code == 0);
  CHECK(at.grants("refresh_token", at.one()) == 1);
  CHECK(at.profile.key(at.one()) != first);
  CHECK(at.ask(at.one()).out == "200");
}

TEST_CASE("a step up asks for what the account has and for more") {
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

TEST_CASE("a sign-out revokes, and takes the registration back with the last address") {
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

TEST_CASE("A17, R5: what another server gave for an address is forgotten, and its client there") {
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

TEST_CASE("D9: a server that calls itself otherwise is refused, and allowed by a person's word") {
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

TEST_CASE("D4: metadata is found without a word in the challenge") {
  const std::string deviation = GENERATE("silent", "root");
  Address at(deviation);
  const auto result = at.sign_in(at.one());
  INFO(result.err);
  CHECK(result.exit_code == 0);
}

TEST_CASE("S5: what a server may not do is refused before anybody is asked") {
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

TEST_CASE("A2, D6: a server with OpenID Connect's metadata alone serves") {
  Address at("openid-only");
  CHECK(at.sign_in(at.one()).exit_code == 0);
  CHECK(at.asked_before_browser <= 5);
}

TEST_CASE("A7: an answer without iss is refused where the server has advertised it") {
  Address at("no-iss");
  const auto result = at.sign_in(at.one());
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("which server it comes from (iss)"));
}

TEST_CASE("A10: a resource that the authorization endpoint has already gives way") {
  Address at("authorize-resource");
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  CHECK(at.ask(at.one()).out == "200");
}

TEST_CASE("A19: without a refresh token the key is good until its end") {
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

TEST_CASE("A10, A11, S3, S4, S6: what the browser and the token endpoint are asked for") {
  Address at;
  const auto result = at.sign_in(at.one());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const auto has = [&](const std::string& parameter) {
    return (at.opened + "&").contains("&" + parameter + "&");
  };
  INFO(at.opened);
  CHECK(has("resource=" + escaped(at.one())));
  CHECK(has("code_challenge_method=S256"));
  CHECK(has("redirect_uri=http%3A%2F%2F127.0.0.1%3A1455%2Fcallback"));
  // The server takes no code without its verifier.
  CHECK(at.grants("authorization_code", at.one()) == 1);
}

TEST_CASE("A7, A8: an answer counts where iss is what the server calls itself, as the table says") {
  const auto [deviation, pattern, with, is_taken] =
      GENERATE(table<std::string, std::string, std::string, bool>(
          {{"", "", "", true},
           {"no-iss", "", "", false},
           {"iss-unadvertised", "", "", true},
           {"no-iss iss-unadvertised", "", "", true},
           {"", "iss=[^&]*", "iss=https%3A%2F%2Fevil.example", false},
           {"iss-unadvertised", "iss=[^&]*", "iss=https%3A%2F%2Fevil.example", false},
           {"", "iss=http", "iss=HTTP", false},
           {"", "(iss=[^&]*)", "$1%2F", false},
           {"", "iss=http%3A%2F%2F127", "iss=http%3A%2F%2F%2531%2532%2537", false}}));
  CAPTURE(deviation, with);
  Address at(deviation);
  const auto result = at.sign_in(at.one(), {}, [&](const std::string& answer) {
    return pattern.empty() ? answer : std::regex_replace(answer, std::regex(pattern), with);
  });
  INFO(result.err);
  CHECK((result.exit_code == 0) == is_taken);
  CHECK(at.grants("authorization_code", at.one()) == (is_taken ? 1 : 0));
}

TEST_CASE("A9: what another server says of a failure is neither shown nor acted on") {
  Address at;
  auto process = at.start(at.one());
  at.wait_for_browser(process);
  const std::string state = parameter(at.opened, "state");
  process.write_input(
      "http://127.0.0.1:1455/callback?error=invalid_client&error_description=" +
      std::string("Call-us&error_uri=https://evil.example&iss=https://evil.example") +
      "&state=" + state + "\n");
  const auto result = process.wait();
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("comes from another server") && !Contains("Call-us") &&
                             !Contains("evil.example") && !Contains("invalid_client"));
  CHECK(at.peer.counter("/registered") == 1);
}

TEST_CASE(
    "A6: iss is compared with what was found before the browser opened, whatever came since") {
  Address at;
  auto process = at.start(at.one());
  at.wait_for_browser(process);
  at.peer.configure(R"({"deviate":"issuer-mismatch"})");
  for (const auto& file :
       std::filesystem::directory_iterator(at.profile.path() / "profile" / "discovered")) {
    std::string text = read_file(file.path());
    const std::string issuer = "\"issuer\":\"" + at.peer.issuer();
    const auto place = text.find(issuer);
    REQUIRE(place != std::string::npos);
    text.replace(place, issuer.size(), "\"issuer\":\"https://evil.example");
    pindus::test::write_file(file.path(), text);
  }
  process.write_input(at.peer.approve_code(at.opened) + "\n");
  const auto result = process.wait();
  INFO(result.err);
  CHECK(result.exit_code == 0);
}

TEST_CASE("A18, S1: tokens are in one file of their owner's, and in nothing that is said") {
  Address at;
  at.profile.environment["PINDUS_LOG"] = "1";
  const auto signed_in = at.sign_in(at.one());
  REQUIRE(signed_in.exit_code == 0);
  const std::string place = "/" + Address::in_pointer(at.one()) + "/default/";
  const std::vector<std::string> secrets = {at.profile.stored(place + "refresh"),
                                            at.profile.stored(place + "access")};
  const auto refreshed = at.profile.run({"auth", "refresh", at.one(), "--force"});
  const auto listed = at.profile.run({"auth", "status"});
  for (const std::string& secret : secrets) {
    REQUIRE(secret.size() > 20);
    for (const auto* result : {&signed_in, &refreshed, &listed}) {
      CHECK_FALSE(result->out.contains(secret));
      CHECK_FALSE(result->err.contains(secret));
    }
  }
  const std::string refresh = at.profile.stored(place + "refresh");
  for (const auto& file : std::filesystem::recursive_directory_iterator(at.profile.path())) {
    if (!file.is_regular_file() || !read_file(file.path()).contains(refresh)) continue;
    CHECK(file.path().filename() == "auth.json");
    CHECK((file.status().permissions() & std::filesystem::perms::mask) ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  }
}

TEST_CASE("A12: an address with a fragment is nothing to sign in at") {
  const PindusProfile profile;
  const auto result = profile.run({"signin", "https://mcp.example/mcp#part"});
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, Contains("is no address that one could sign in at"));
}
