#include <catch2/catch.hpp>

#include <pindus/flows/authorization_code.hpp>

#include "tests/abi/fake_host.hpp"

namespace pindus::test {
namespace {

struct Server {
  FakeHost host;
  Server() {
    host.options = {{"client_id", "client 1"},
                    {"authorize_url", "https://login.example/authorize"},
                    {"token_url", "https://login.example:444/token"},
                    {"redirect_uri", "http://localhost:1455/callback"},
                    {"scope", "openid offline_access"}};
    host.server = {{200, token_answer, {}}};
  }
  int32_t sign_in(const std::string& pasted) { return sign_in(std::deque{pasted}); }
  int32_t sign_in(std::deque<std::string> pasted) {
    host.prompts = std::move(pasted);
    sdk::Session session(host.table(), host.session());
    const int32_t code = sdk::AuthorizationCodeFlow(session).sign_in().code();
    CHECK(host.live_handles() == 0);
    return code;
  }
};

TEST_CASE("S4, S6: the challenge of RFC 7636 appendix B comes out of its verifier") {
  Server server;
  const unsigned char octets[] = {116, 24,  223, 180, 151, 153, 224, 37,  79,  250, 96,
                                  125, 216, 173, 187, 186, 22,  212, 37,  77,  105, 214,
                                  191, 240, 91,  88,  5,   88,  83,  132, 141, 121};
  server.host.random_bytes = {std::string(std::begin(octets), std::end(octets))};
  REQUIRE(server.sign_in("the-code") == PINDUS_OK);
  CHECK(server.host.opened_parameter("code_challenge") ==
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  CHECK(server.host.opened_parameter("code_challenge_method") == "S256");
  CHECK(server.host.requests.at(0).field("code_verifier") ==
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

TEST_CASE("the address has what RFC 6749 wants, and the manifest's own parameters") {
  Server server;
  server.host.options["authorize_params"] = "code=true&originator=pindus";
  REQUIRE(server.sign_in("the-code") == PINDUS_OK);
  CHECK(
      server.host.opened.at(0).starts_with("https://login.example/authorize?response_type=code&"));
  CHECK(server.host.opened_parameter("client_id") == "client 1");
  CHECK(server.host.opened_parameter("scope") == "openid offline_access");
  CHECK(server.host.opened_parameter("redirect_uri") == "http://localhost:1455/callback");
  CHECK(server.host.opened_parameter("originator") == "pindus");
  CHECK(server.host.opened_parameter("state").size() == 43);
  CHECK(server.host.opened_parameter("state") != server.host.requests.at(0).field("code_verifier"));
}

TEST_CASE("every form that a person can paste gives the code") {
  const std::string pasted =
      GENERATE("the-code", "  the-code\n", "the-code#{state}", "the-code#{state}   \r\n",
               "\"the-code\"", "code=the-code&state={state}", "?state={state}&code=the-code",
               "code=the-code", "http://localhost:1455/callback?code=the-code&state={state}",
               "http://localhost:1455/callback?code=the-code&state={state}#_=_",
               "http://localhost:1455/callback?code=the-code#{state}",
               "http://localhost:1455/callback#code=the-code&state={state}",
               "localhost:1455/callback?state={state}&code=the-code",
               "http://localhost:1455/call\n  back?co\r\nde=the-\n  code&state={state}",
               "http://localhost:1455/"
               "callback?code=the%2Dcode&state={state}&iss=https%3A%2F%2Flogin.example",
               "<http://localhost:1455/callback?code=the-code&state={state}>",
               "http://localhost:1455/callback?state={state}&code=the-code,",
               R"({"code":"the-code","state":"{state}"})",
               "  { \"state\": \"{state}\",\r\n  \"code\": \"the-\\u0063ode\" }\n",
               R"({"code":"the-code","scope":["openid"],"error":null})",
               R"(http://localhost/?code=the-code&state={state}&x={"a":1})");
  CAPTURE(pasted);
  Server server;
  REQUIRE(server.sign_in(pasted) == PINDUS_OK);
  CHECK(server.host.requests.at(0).field("code") == "the-code");
  CHECK(server.host.record.at("access") == "a-1");
  CHECK(server.host.record.at("refresh") == "r-1");
  CHECK(server.host.lifetime == 3600);
  CHECK(server.host.commits == 1);
}

TEST_CASE("an address of 64 KiB is taken") {
  Server server;
  const std::string filler(64000, 'x');
  REQUIRE(server.sign_in("http://localhost/?filler=" + filler + "&code=the-code") == PINDUS_OK);
  CHECK(server.host.requests.at(0).field("code") == "the-code");
}

TEST_CASE("what must not be taken is refused before the server is asked") {
  struct Case {
    std::string pasted;
    int32_t code;
    std::string says;
  };
  const auto refused = GENERATE(
      Case{"the-code#another-state", PINDUS_PROTOCOL, "another sign-in"},
      Case{"http://localhost/?code=the-code&state=other", PINDUS_PROTOCOL, "another sign-in"},
      Case{"http://localhost/?code=the-code&state={state}&iss=https://evil.example",
           PINDUS_PROTOCOL, "another server"},
      Case{"https://login.example/authorize?response_type=code&code=true", PINDUS_PROTOCOL,
           "where the sign-in begins"},
      Case{"https://login.example/", PINDUS_PROTOCOL, "no code in it"},
      Case{"localhost:1455/callback", PINDUS_PROTOCOL, "no code in it"},
      Case{"http://localhost/?code=&state={state}", PINDUS_PROTOCOL, "no code in it"},
      Case{"http://localhost/?code=a%2&state={state}", PINDUS_PROTOCOL, "broken % escape"},
      Case{R"({"code":"the-code","state":"other"})", PINDUS_PROTOCOL, "another sign-in"},
      Case{R"({"code":"the-code","iss":"https://evil.example"})", PINDUS_PROTOCOL,
           "another server"},
      Case{R"({"code":200,"data":{"code":"the-code"}})", PINDUS_PROTOCOL, "no code in it"},
      Case{R"({"code":""})", PINDUS_PROTOCOL, "no code in it"},
      Case{R"({"code":"the-code")", PINDUS_PROTOCOL, "no code in it"},
      Case{R"("code": "the-code", "state": "{state}")", PINDUS_PROTOCOL, "no code in it"},
      Case{R"(["the-code"])", PINDUS_PROTOCOL, "no code in it"},
      Case{R"({"error":"access_denied","error_description":"Not today","state":"{state}"})",
           PINDUS_DENIED, "access_denied: Not today"},
      Case{"  ", PINDUS_CANCELLED, "nothing was pasted"},
      Case{"?error=access_denied&error_description=Not+today&state={state}", PINDUS_DENIED,
           "access_denied: Not today"});
  CAPTURE(refused.pasted);
  Server server;
  CHECK(server.sign_in(refused.pasted) == refused.code);
  CHECK_THAT(server.host.error, Catch::Contains(refused.says));
  CHECK(server.host.requests.empty());
  CHECK(server.host.commits == 0);
}

TEST_CASE("a person whose answer was wrong is asked three times in all, a program once") {
  const std::string right = "the-code#{state}";
  for (const std::string wrong : {"", "  ", "https://login.example/", "the-code#another-state",
                                  "http://localhost/?code=a%2&state={state}"}) {
    CAPTURE(wrong);
    Server person;
    person.host.tries = "3";
    CHECK(person.sign_in({wrong, wrong, right}) == PINDUS_OK);
    CHECK(person.host.progress.size() == 3);  // with what is said before the question
    CHECK(person.host.opened.size() == 1);

    Server too_often;
    too_often.host.tries = "3";
    CHECK(too_often.sign_in({wrong, wrong, wrong, right}) != PINDUS_OK);
    CHECK(too_often.host.prompts.size() == 1);
    CHECK(too_often.host.requests.empty());

    Server program;
    CHECK(program.sign_in({wrong, right}) != PINDUS_OK);
    CHECK(program.host.prompts.size() == 1);
  }
  // What the server refused is not mended by another paste.
  Server refused;
  refused.host.tries = "3";
  CHECK(refused.sign_in({"?error=access_denied&state={state}", right}) == PINDUS_DENIED);
}

TEST_CASE("A8: the issuer that the manifest names is compared whole") {
  Server server;
  server.host.options["issuer"] = "https://login.example/tenant";
  const std::string address = "http://localhost/?code=c&state={state}&iss=https://login.example";
  CHECK(server.sign_in(address + "/other") == PINDUS_PROTOCOL);
  CHECK(server.sign_in(address + "/tenant") == PINDUS_OK);
}

TEST_CASE("A7: with iss_required an answer without iss counts in no form") {
  Server server;
  server.host.options["iss_required"] = "true";
  for (const std::string pasted :
       {"the-code#{state}", "http://localhost/?code=c&state={state}", "?code=c&state={state}&iss=",
        R"({"code":"c","state":"{state}"})", "?error=access_denied&state={state}"}) {
    CAPTURE(pasted);
    CHECK(server.sign_in(pasted) == PINDUS_PROTOCOL);
    CHECK_THAT(server.host.error, Catch::Contains("(iss)"));
  }
  CHECK(server.host.requests.empty());
  CHECK(server.sign_in("?code=c&state={state}&iss=https://login.example") == PINDUS_OK);
}

TEST_CASE("prompt and every resource stand in the address") {
  Server server;
  server.host.options["prompt"] = "login consent";
  server.host.options["resource"] = "https://api.example/a https://api.example/b";
  REQUIRE(server.sign_in("the-code") == PINDUS_OK);
  CHECK(server.host.opened_parameter("prompt") == "login consent");
  CHECK_THAT(server.host.opened.at(0), Catch::Contains("&resource=https%3A%2F%2Fapi.example%2Fa"
                                                       "&resource=https%3A%2F%2Fapi.example%2Fb&"));
}

TEST_CASE("the exchange is a form, or JSON with the state, as the manifest says") {
  Server server;
  SECTION("a form") {
    REQUIRE(server.sign_in("the-code") == PINDUS_OK);
    const FakeRequest& request = server.host.requests.at(0);
    CHECK(request.headers.at("Content-Type") == "application/x-www-form-urlencoded");
    CHECK(request.field("state") == "(none)");
    CHECK(request.field("client_secret") == "(none)");
  }
  SECTION("JSON") {
    server.host.options["token_body"] = "json";
    server.host.options["exchange_state"] = "true";
    server.host.options["client_secret"] = "hush";
    REQUIRE(server.sign_in("the-code#{state}") == PINDUS_OK);
    const FakeRequest& request = server.host.requests.at(0);
    CHECK(request.headers.at("Content-Type") == "application/json");
    CHECK(request.field("state") == server.host.opened_parameter("state"));
    CHECK(request.field("client_secret") == "hush");
  }
  const FakeRequest& request = server.host.requests.at(0);
  CHECK(request.method == "POST");
  CHECK(request.url == "https://login.example:444/token");
  CHECK(request.headers.at("Accept") == "application/json");
  CHECK(request.field("grant_type") == "authorization_code");
  CHECK(request.field("client_id") == "client 1");
  CHECK(request.field("redirect_uri") == "http://localhost:1455/callback");
}

TEST_CASE("an exchange that can't just now is tried once more, as the server says when") {
  struct Case {
    FakeAnswer first;
    std::vector<int64_t> sleeps;
  };
  const auto tried =
      GENERATE(Case{{503, "", {{"Retry-After", "3"}}}, {3000}},
               Case{{503, "", {{"Retry-After", "1.2"}}}, {2000}},
               Case{{429, R"({"error":"temporarily_unavailable"})", {{"Retry-After", "0"}}}, {0}},
               Case{{503, "", {}}, {}}, Case{{503, "", {{"Retry-After", "6"}}}, {}},
               Case{{503, R"({"error":"invalid_grant"})", {{"Retry-After", "1"}}}, {}},
               Case{{0, "", {}, PINDUS_NETWORK}, {}});
  CAPTURE(tried.first.status, tried.first.body);
  Server server;
  server.host.prompts = {"the-code"};
  server.host.server = {tried.first, {200, token_answer, {}}};
  sdk::Session session(server.host.table(), server.host.session());
  const bool again = !tried.sleeps.empty();
  CHECK((sdk::AuthorizationCodeFlow(session).sign_in().code() == PINDUS_OK) == again);
  CHECK(server.host.sleeps == tried.sleeps);
  REQUIRE(server.host.requests.size() == (again ? 2 : 1));
  CHECK(server.host.requests.front().body == server.host.requests.back().body);
}

TEST_CASE("an option that is missing is named") {
  Server server;
  const std::string option = GENERATE("client_id", "authorize_url", "token_url");
  server.host.options.erase(option);
  CHECK(server.sign_in("the-code") == PINDUS_NOT_FOUND);
  CHECK_THAT(server.host.error, Catch::Contains(option));
}

}  // namespace
}  // namespace pindus::test
