#include <catch2/catch.hpp>

#include <pindus/flows/authorization_code.hpp>

#include "tests/abi/fake_host.hpp"

namespace pindus::test {
namespace {

struct Account {
  FakeHost host;
  Account() {
    host.options = {{"client_id", "client"}, {"token_url", "https://login.example/token"}};
    host.stored = {{"access", "a-0"}, {"refresh", "r-0"}};
  }
  int32_t refresh(FakeAnswer answer) {
    host.server = {std::move(answer)};
    sdk::Session session(host.table(), host.session());
    const int32_t code = sdk::AuthorizationCodeFlow(session).refresh().code();
    CHECK(host.live_handles() == 0);
    CHECK(host.commits == (code == PINDUS_OK ? 1 : 0));
    return code;
  }
  int32_t revoke(FakeAnswer answer) {
    host.server = {std::move(answer)};
    sdk::Session session(host.table(), host.session());
    return sdk::AuthorizationCodeFlow(session).revoke().code();
  }
};

FakeAnswer ok(std::string body) {
  return {200, std::move(body), {}};
}

TEST_CASE("a refresh sends the refresh token and the client id, and no scope") {
  Account account;
  account.host.options["scope"] = "openid";
  REQUIRE(account.refresh(ok(R"({"access_token":"a-1","refresh_token":"r-1","expires_in":60})")) ==
          PINDUS_OK);
  const FakeRequest& request = account.host.requests.at(0);
  CHECK(request.field("grant_type") == "refresh_token");
  CHECK(request.field("refresh_token") == "r-0");
  CHECK(request.field("client_id") == "client");
  CHECK(request.field("scope") == "(none)");
  CHECK(account.host.record ==
        std::map<std::string, std::string>{{"access", "a-1"}, {"refresh", "r-1"}});
  CHECK(account.host.lifetime == 60);
}

TEST_CASE("what a refresh's answer lacks is left as it is") {
  Account account;
  REQUIRE(account.refresh(ok(R"({"access_token":"a-1","refresh_token":null})")) == PINDUS_OK);
  CHECK(account.host.record == std::map<std::string, std::string>{{"access", "a-1"}});
  CHECK_FALSE(account.host.lifetime);
}

TEST_CASE("an answer without an access token counts only while the old one lives") {
  Account account;
  SECTION("the old one is over, or says nothing") {
    CHECK(account.refresh(ok(R"({"token_type":"bearer"})")) == PINDUS_PROTOCOL);
    CHECK(account.host.error ==
          "login.example gave no access token; the refresh token may be used up by it");
  }
  SECTION("the old one goes on") {
    account.host.stored["access"] = jwt(R"({"exp":1790000500})");
    CHECK(account.refresh(ok(R"({"refresh_token":"r-1"})")) == PINDUS_OK);
    CHECK(account.host.lifetime == 500);
  }
}

TEST_CASE("a new refresh token is kept though the answer has no access token") {
  const auto answer = GENERATE(as<std::string>(), R"({"refresh_token":"r-1"})",
                               R"({"refresh_token":"r-1","access_token":[],"expires_in":60})",
                               R"({"refresh_token":"r-1","access_token":7})",
                               R"({"refresh_token":"r-1","access_token":""})",
                               R"({"refresh_token":"r-1","access_token":"a\nb"})",
                               "{\"refresh_token\":\"r-1\",\"access_token\":\"\xff\"}");
  CAPTURE(answer);
  Account account;
  const bool has_old = GENERATE(true, false);
  if (!has_old) account.host.stored.erase("access");
  CHECK(account.refresh(ok(answer)) == PINDUS_OK);
  CHECK(account.host.record == std::map<std::string, std::string>{{"refresh", "r-1"}});
  CHECK_FALSE(account.host.lifetime);  // the old token's end is what it was
}

TEST_CASE("without expires_in a token's own claims tell its life, by the server's clock") {
  Account account;
  account.host.now_ms += 3'600'000;  // an hour fast
  REQUIRE(account.refresh(ok(R"({"access_token":")" +
                             jwt(R"({"iat":1790000000,"exp":1790000900})") + R"("})")) ==
          PINDUS_OK);
  CHECK(account.host.lifetime == 900);
}

TEST_CASE("claims that can't be read are no reason to throw the token away") {
  const std::string deep = std::string(70, '[') + std::string(70, ']');
  const auto claims = GENERATE_COPY(as<std::string>(), "{", "[]", R"({"exp":[]})",
                                    R"({"exp":"soon"})", R"({"a":)" + deep + "}");
  CAPTURE(claims);
  Account account;
  REQUIRE(account.refresh(ok(R"({"access_token":")" + jwt(claims) + R"("})")) == PINDUS_OK);
  CHECK(account.host.record.at("access") == jwt(claims));
  CHECK_FALSE(account.host.lifetime);
}

TEST_CASE("the account's id comes from the id token, else from the access token") {
  Account account;
  account.host.options["account_claim"] = "/https:~1~1api.example~1auth/account_id";
  const auto token = [](const std::string& id) {
    return jwt(R"({"https://api.example/auth":{"account_id":")" + id + R"("}})");
  };
  SECTION("id token first") {
    REQUIRE(account.refresh(ok(R"({"access_token":")" + token("of-access") + R"(","id_token":")" +
                               token("of-id") + R"(","expires_in":60})")) == PINDUS_OK);
    CHECK(account.host.record.at("accountId") == "of-id");
  }
  SECTION("access token where the id token lacks it") {
    REQUIRE(account.refresh(ok(R"({"access_token":")" + token("of-access") + R"(","id_token":")" +
                               jwt("{}") + R"(","expires_in":60})")) == PINDUS_OK);
    CHECK(account.host.record.at("accountId") == "of-access");
  }
  SECTION("nowhere") {
    REQUIRE(account.refresh(ok(R"({"access_token":"opaque.but.dotted","expires_in":60})")) ==
            PINDUS_OK);
    CHECK(account.host.record.count("accountId") == 0);
  }
}

TEST_CASE("a usable access token is kept whatever stands beside it") {
  const auto member = GENERATE(as<std::string>(), R"("refresh_token":[])", R"("refresh_token":7)",
                               R"("expires_in":-1)", R"("expires_in":{})", R"("id_token":{})");
  CAPTURE(member);
  Account account;
  REQUIRE(account.refresh(ok(R"({"access_token":"a-1",)" + member + "}")) == PINDUS_OK);
  CHECK(account.host.record == std::map<std::string, std::string>{{"access", "a-1"}});
  CHECK_FALSE(account.host.lifetime);
  REQUIRE(account.host.log.size() == 1);
  CHECK_THAT(account.host.log[0],
             Catch::Contains("login.example sent a " + member.substr(0, member.find(':'))));
}

TEST_CASE("a mistake in the manifest's account_claim is found before the server is asked") {
  const auto pointer = GENERATE(as<std::string>(), "account_id", "/a~2b");
  Account account;
  account.host.options["account_claim"] = pointer;
  CHECK(account.refresh(ok(R"({"access_token":"a-1"})")) == PINDUS_INVALID_ARGUMENT);
  CHECK_THAT(account.host.error, Catch::Contains("\"account_claim\" is not a JSON pointer"));
  CHECK(account.host.requests.empty());
}

TEST_CASE("each way to fail has its code and names the host") {
  struct Case {
    FakeAnswer answer;
    int32_t code;
    std::string says;
  };
  const auto failure = GENERATE(
      Case{{400, R"({"error":"invalid_grant","error_description":"used twice"})", {}},
           PINDUS_REJECTED,
           "login.example refused: invalid_grant: used twice"},
      Case{{401, R"({"error":{"code":"invalid_grant","message":"gone"}})", {}},
           PINDUS_REJECTED,
           "invalid_grant: gone"},
      Case{{200, R"({"error":"invalid_grant"})", {}}, PINDUS_REJECTED, "invalid_grant"},
      Case{{400, R"({"error":"invalid_request"})", {}}, PINDUS_DENIED, "invalid_request"},
      Case{{429, R"({"error":{"type":"rate_limit_error","message":"slow"}})", {}},
           PINDUS_UNAVAILABLE,
           "HTTP 429: rate_limit_error: slow"},
      Case{{500, R"({"error":"server_error"})", {}}, PINDUS_UNAVAILABLE, "HTTP 500: server_error"},
      Case{{503, "<html>down</html>", {}}, PINDUS_UNAVAILABLE, "HTTP 503"},
      Case{{403, "", {{"Retry-After", "5"}}}, PINDUS_UNAVAILABLE, "HTTP 403"},
      Case{{403, "<html>no</html>", {}}, PINDUS_PROTOCOL, "HTTP 403 with something that is not"},
      Case{{404, R"({"message":"moved"})", {}}, PINDUS_PROTOCOL, "without an OAuth error: moved"},
      Case{{302, "", {}}, PINDUS_PROTOCOL, "a redirect"},
      Case{{200, R"({"access_token":"a-1)", {}},
           PINDUS_PROTOCOL,
           "not a JSON object; the refresh token may be used up"},
      Case{{200, R"(["a-1"])", {}},
           PINDUS_PROTOCOL,
           "not a JSON object; the refresh token may be used up"},
      Case{{200, R"({"access_token":7})", {}},
           PINDUS_PROTOCOL,
           "sent no access token that can be one; the refresh token may be used up"});
  CAPTURE(failure.answer.body);
  Account account;
  CHECK(account.refresh(failure.answer) == failure.code);
  CHECK(account.host.error_code == failure.code);
  CHECK_THAT(account.host.error, Catch::Contains(failure.says));
  CHECK_THAT(account.host.error, Catch::Contains("login.example"));
}

TEST_CASE("the error in the body counts, whatever status and Retry-After say beside it") {
  const int status = GENERATE(200, 400, 403, 429, 500, 503);
  CAPTURE(status);
  Account account;
  CHECK(account.refresh({status, R"({"error":"invalid_grant"})", {{"Retry-After", "5"}}}) ==
        PINDUS_REJECTED);
  account.host.options["permanent_errors"] = "token_gone";
  CHECK(account.refresh({status, R"({"error":"token_gone"})", {{"Retry-After", "5"}}}) ==
        PINDUS_REJECTED);
}

TEST_CASE("the errors that the manifest calls permanent are all that are") {
  Account account;
  account.host.options["permanent_errors"] = "refresh_token_reused token_gone";
  CHECK(account.refresh({400, R"({"error":"token_gone"})", {}}) == PINDUS_REJECTED);
  for (const char* other : {"token", "invalid_grant", "invalid_request", "access_denied"}) {
    CAPTURE(other);
    CHECK(account.refresh({400, R"({"error":")" + std::string(other) + R"("})", {}}) ==
          PINDUS_UNAVAILABLE);
    CHECK_THAT(account.host.error,
               Catch::Contains("login.example refused: ") && Catch::Contains(other));
  }
}

TEST_CASE("an account without a refresh token needs a new sign-in") {
  Account account;
  account.host.stored.erase("refresh");
  CHECK(account.refresh(ok("{}")) == PINDUS_REJECTED);
  CHECK(account.host.requests.empty());
}

TEST_CASE("lifetimes are numbers, strings of digits, or a hundred years") {
  Account account;
  CHECK(account.refresh(ok(R"({"access_token":"a","expires_in":"3599"})")) == PINDUS_OK);
  CHECK(account.host.lifetime == 3599);
  for (const char* half : {R"("60.5")", "60.9", "6.0e1"}) {
    account.host.commits = 0;
    CHECK(account.refresh(ok(R"({"access_token":"a","expires_in":)" + std::string(half) + "}")) ==
          PINDUS_OK);
    CHECK(account.host.lifetime == 60);
  }
  account.host.commits = 0;
  CHECK(account.refresh(ok(R"({"access_token":"a","expires_in":99999999999999})")) == PINDUS_OK);
  CHECK(account.host.lifetime == int64_t{100} * 365 * 24 * 3600);
}

TEST_CASE("a revocation names the refresh token first") {
  Account account;
  SECTION("nowhere to go") {
    CHECK(account.revoke(ok("")) == PINDUS_UNSUPPORTED);
    CHECK(account.host.requests.empty());
  }
  SECTION("as JSON, the answer's body means nothing") {
    account.host.options["revoke_url"] = "https://login.example/revoke";
    account.host.options["revoke_body"] = "json";
    CHECK(account.revoke(ok("")) == PINDUS_OK);
    CHECK(account.host.requests.at(0).field("token") == "r-0");
    CHECK(account.host.requests.at(0).field("token_type_hint") == "refresh_token");
    CHECK(account.host.requests.at(0).field("client_id") == "client");
  }
  SECTION("the access token where there is no other, and the server refuses") {
    account.host.options["revoke_url"] = "https://login.example/revoke";
    account.host.stored.erase("refresh");
    CHECK(account.revoke({400, R"({"error":"unsupported_token_type"})", {}}) == PINDUS_DENIED);
    CHECK(account.host.requests.at(0).field("token") == "a-0");
    CHECK(account.host.requests.at(0).field("token_type_hint") == "access_token");
  }
}

}  // namespace
}  // namespace pindus::test
