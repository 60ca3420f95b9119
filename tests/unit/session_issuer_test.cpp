// Who issued what is stored, and that it goes to nobody else.
#include <catch2/catch.hpp>

#include "tests/unit/session_fakes.hpp"

using pindus::HttpResponse;
using pindus::Operation;
using pindus::Question;
using pindus::Secret;
using pindus::SessionOutcome;
using pindus::test::SessionFixture;
using pindus::test::store;
using pindus::test::str;
using pindus::test::value;

namespace {

// How often a script was run.
int runs = 0;

int32_t ask(const pindus_host_1* host, pindus_session session, std::string_view url) {
  const pindus_http_request request{
      sizeof(pindus_http_request), 0, str("GET"), str(url), nullptr, 0, value("")};
  pindus_http_response response{sizeof(pindus_http_response), 0, {}, {}};
  return host->http_send(session, &request, &response);
}

// A token of one server, and then a name of another.
int32_t token_and_name(const pindus_host_1* host, pindus_session session) {
  ++runs;
  if (const int32_t code = ask(host, session, "https://auth.acme.example/token")) return code;
  if (const int32_t code = ask(host, session, "https://api.acme.example:8443/me")) return code;
  return store(host, session);
}

int32_t without_network(const pindus_host_1* host, pindus_session session) {
  ++runs;
  return store(host, session);
}

int32_t done(const pindus_host_1* /*host*/, pindus_session /*session*/) {
  ++runs;
  return PINDUS_OK;
}

struct IssuerFixture : SessionFixture {
  IssuerFixture() {
    runs = 0;
    method.options = {{"token_url", "https://AUTH.acme.example:443/token?x"},
                      {"login_url", "https://auth.acme.example/login"},
                      {"me_url", "https://api.acme.example:8443/me"}};
    stored.access = Secret(std::string_view("old-access"));
    stored.refresh = Secret(std::string_view("old-refresh"));
  }

  SessionOutcome run_with_answers(Script script) {
    services.responses.clear();
    for (int i = 0; i < 2; ++i) services.responses.emplace_back(HttpResponse{200, {}, {}});
    return run(script);
  }
  void stored_by(std::string issuer) { stored.members = {{"issuedBy", std::move(issuer)}}; }
  // Whether the plugin was run on what is stored.
  bool goes_on(Operation operation) {
    on_refresh();
    request.operation = operation;
    const int before = runs;
    const auto outcome = run_with_answers(operation == Operation::refresh ? token_and_name : done);
    if (runs == before) CHECK(outcome.code == PINDUS_FORBIDDEN);
    why = outcome.why;
    return runs != before;
  }
  pindus::Reason why;
};

std::string issuer(const SessionOutcome& outcome) {
  for (const auto& [name, member] : outcome.credentials.members) {
    if (name == "issuedBy") return member;
  }
  return "";
}

}  // namespace

TEST_CASE("a record is from its method's token endpoint, whoever answered last") {
  IssuerFixture fixture;
  CHECK(issuer(fixture.run_with_answers(token_and_name)) == "https://auth.acme.example");
  fixture.method.options["token_url_env"] = "ACME_TOKEN_URL";
  fixture.variables["ACME_TOKEN_URL"] = "https://elsewhere.example:444/token";
  CHECK(issuer(fixture.run_with_answers(token_and_name)) == "https://elsewhere.example:444");
}

TEST_CASE("an answer to a question leads to the issuer that it names") {
  IssuerFixture fixture;
  fixture.method.options["token_url"] = "https://{host}/token";
  fixture.method.questions = {{"host", "Host", "acme.example", Question::Kind::host}};
  CHECK(issuer(fixture.run_with_answers(token_and_name)) == "https://acme.example");
  fixture.request.answers = {{"host", "git.acme.example"}};
  CHECK(issuer(fixture.run_with_answers(token_and_name)) == "https://git.acme.example");
}

TEST_CASE("an exchange endpoint issues what a refresh brings, and not who began the grant") {
  IssuerFixture fixture;
  fixture.method.options.erase("token_url");
  fixture.method.options["access_token_url"] = "https://github.example/t";
  fixture.method.options["exchange_url"] = "https://api.github.example/x";
  CHECK(issuer(fixture.run_with_answers(token_and_name)) == "https://api.github.example");
  fixture.method.options.erase("exchange_url");
  CHECK(issuer(fixture.run_with_answers(token_and_name)) == "https://github.example");
}

TEST_CASE("where no option is a token endpoint the last answer's server is the issuer") {
  IssuerFixture fixture;
  fixture.method.options.erase("token_url");
  CHECK(issuer(fixture.run_with_answers(token_and_name)) == "https://api.acme.example:8443");
  fixture.stored_by("https://auth.acme.example");
  CHECK(fixture.goes_on(Operation::refresh));
  fixture.stored_by("https://old.acme.example");
  CHECK_FALSE(fixture.goes_on(Operation::refresh));
  CHECK(fixture.why.message ==
        "the account default of acme signed in at https://old.acme.example, and its manifests name "
        "that server no more");
}

TEST_CASE("where no server has answered nobody is the issuer") {
  IssuerFixture fixture;
  CHECK(issuer(fixture.run(without_network)).empty());
}

TEST_CASE("a record of another server is neither refreshed nor revoked, and no plugin is run") {
  IssuerFixture fixture;
  fixture.stored_by("https://auth.acme.example");
  CHECK(fixture.goes_on(Operation::refresh));
  CHECK(fixture.goes_on(Operation::revoke));
  for (const char* other : {"http://auth.acme.example", "https://auth.acme.example:8443",
                            "https://acme.example", "https://auth.acme.example.evil.example"}) {
    fixture.stored_by(other);
    CHECK_FALSE(fixture.goes_on(Operation::refresh));
    CHECK(fixture.why.message == "the account default of acme signed in at " + std::string(other) +
                                     ", and its token endpoint is now at "
                                     "https://auth.acme.example");
    CHECK(fixture.why.hint ==
          "pindus signin acme --account default --replace, or where only the address is new: "
          "pindus signin acme --account default --accept-move");
    CHECK_FALSE(fixture.goes_on(Operation::revoke));
    CHECK(fixture.why.hint == "pindus plugin show acme");
  }
}

TEST_CASE("a record that doesn't say who issued it is refreshed, and says it then") {
  IssuerFixture fixture;
  fixture.on_refresh();
  CHECK(issuer(fixture.run_with_answers(token_and_name)) == "https://auth.acme.example");
  CHECK(fixture.goes_on(Operation::revoke));
  // It keeps what it said where nobody was asked.
  fixture.on_refresh();
  fixture.stored_by("https://auth.acme.example");
  CHECK(issuer(fixture.run(without_network)) == "https://auth.acme.example");
}

TEST_CASE("a revocation endpoint elsewhere is the token endpoint's where one file named both") {
  IssuerFixture fixture;
  fixture.method.options["revoke_url"] = "https://old.acme.example/revoke";
  fixture.stored_by("https://auth.acme.example");
  CHECK(fixture.goes_on(Operation::revoke));
  fixture.method.revoke_url_is_older = true;
  CHECK_FALSE(fixture.goes_on(Operation::revoke));
  CHECK(fixture.why.message.ends_with(
      "and its revocation endpoint is still at https://old.acme.example"));
  CHECK(fixture.goes_on(Operation::refresh));
  fixture.method.options["revoke_url"] = "https://auth.acme.example/revoke";
  CHECK(fixture.goes_on(Operation::revoke));
}

TEST_CASE("a variable that moves the token endpoint alone leaves the revocation endpoint behind") {
  IssuerFixture fixture;
  fixture.method.options["token_url_env"] = "ACME_TOKEN_URL";
  fixture.method.options["revoke_url"] = "https://auth.acme.example/revoke";
  fixture.method.options["revoke_url_env"] = "ACME_REVOKE_URL";
  fixture.variables["ACME_TOKEN_URL"] = "https://new.acme.example/token";
  fixture.stored_by("https://new.acme.example");
  CHECK_FALSE(fixture.goes_on(Operation::revoke));
  fixture.variables["ACME_REVOKE_URL"] = "https://ends.acme.example/revoke";
  CHECK(fixture.goes_on(Operation::revoke));
}

TEST_CASE("a refused provider's plugin isn't run for any operation") {
  IssuerFixture fixture;
  fixture.provider.refused = pindus::Reason{"x.json is not used: why", "mend it"};
  for (const auto operation : {Operation::sign_in, Operation::refresh, Operation::revoke}) {
    fixture.on_refresh();
    fixture.request.operation = operation;
    const auto outcome = fixture.run_with_answers(token_and_name);
    CHECK(outcome.code == PINDUS_INTERNAL);
    CHECK(outcome.why.message == "x.json is not used: why");
    CHECK(outcome.why.hint == "mend it");
  }
  CHECK(runs == 0);
  CHECK(fixture.services.sent.empty());
}
