#include <catch2/catch.hpp>

#include "tests/unit/session_fakes.hpp"

using pindus::Answers;
using pindus::HttpFailure;
using pindus::HttpResponse;
using pindus::now_ms;
using pindus::Question;
using pindus::Secret;
using pindus::test::bytes;
using pindus::test::field;
using pindus::test::option;
using pindus::test::SessionFixture;
using pindus::test::store;
using pindus::test::str;
using pindus::test::value;
using namespace std::chrono_literals;

namespace {

using Members = std::vector<std::pair<std::string, std::string>>;

int32_t fetch(const pindus_host_1* host, pindus_session session) {
  const pindus_field headers[] = {field("Accept", value("application/json")),
                                  field("user-agent", value("AcmeClient/1"))};
  const pindus_http_request request{sizeof(pindus_http_request),
                                    0,
                                    str("POST"),
                                    str("https://acme.example/token"),
                                    headers,
                                    2,
                                    value("a=b")};
  pindus_http_response response{sizeof(pindus_http_response), 0, {}, {}};
  return host->http_send(session, &request, &response);
}

int32_t fetch_and_store(const pindus_host_1* host, pindus_session session) {
  if (const int32_t code = fetch(host, session); code != PINDUS_OK) return code;
  host->credential_lifetime(session, 3600, {});
  return store(host, session);
}

HttpResponse answer(int status, Members headers = {}, std::string_view body = "{}") {
  return {status, std::move(headers), Secret(body)};
}

}  // namespace

TEST_CASE("a request carries the method's user agent, and may go to the hosts of its URLs only") {
  SessionFixture fixture;
  fixture.method.options = {{"token_url", "https://acme.example/token"},
                            {"authorize_url", "https://login.acme.example:8443/a"},
                            {"revoke_url_env", "ACME_REVOKE"},
                            {"redirect_uri", "http://localhost:1455/cb"},
                            {"user_agent", "Manifest/1"}};
  fixture.variables["ACME_REVOKE"] = "https://REVOKE.acme.example/r";
  fixture.services.responses.push_back(answer(200));
  CHECK(fixture.run(fetch_and_store).code == PINDUS_OK);
  REQUIRE(fixture.services.sent.size() == 1);
  const auto& sent = fixture.services.sent[0];
  CHECK(sent.user_agent == "AcmeClient/1");
  CHECK(sent.headers == std::map<std::string, std::string>{{"Accept", "application/json"}});
  CHECK(sent.body == "a=b");
  CHECK(sent.allowed_hosts ==
        std::vector<std::string>{"login.acme.example:8443", "revoke.acme.example", "acme.example"});
}

TEST_CASE("a lifetime counts from the answer's arrival and without one the record has no end") {
  SessionFixture fixture;
  fixture.services.responses.push_back(answer(200));
  const std::int64_t before = now_ms();
  const auto outcome = fixture.run(fetch_and_store);
  REQUIRE(outcome.credentials.expires_ms);
  CHECK(*outcome.credentials.expires_ms >= before + 3'600'000);
  CHECK(*outcome.credentials.expires_ms <= now_ms() + 3'600'000);
  const auto forever = fixture.run(
      [](const pindus_host_1* host, pindus_session session) { return store(host, session); });
  CHECK_FALSE(forever.credentials.expires_ms);
}

TEST_CASE("Retry-After reaches the outcome as seconds, also where the server sends a date") {
  struct Case {
    Members headers;
    std::optional<std::chrono::seconds> delay;
  };
  const auto said = GENERATE(Case{{{"retry-after", "7"}}, 7s},
                             Case{{{"Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT"},
                                   {"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}},
                                  60s},
                             Case{{{"Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT"}}, 0s},
                             Case{{{"Retry-After", "soon"}}, std::nullopt},
                             Case{{{"Retry-After", "-1"}}, std::nullopt}, Case{{}, std::nullopt});
  SessionFixture fixture;
  fixture.services.responses.push_back(answer(429, said.headers));
  const auto outcome =
      fixture.run([](const pindus_host_1* host, pindus_session session) -> int32_t {
        fetch(host, session);
        return int32_t{PINDUS_UNAVAILABLE};
      });
  CHECK(outcome.retry_after == said.delay);
}

TEST_CASE("a failure of the network is told as it happened, and only while it is the reason") {
  SessionFixture fixture;
  fixture.services.responses.push_back(std::unexpected(
      HttpFailure{HttpFailure::Kind::timeout, {"acme.example did not answer", "try later"}}));
  const auto outcome = fixture.run(fetch_and_store);
  CHECK(outcome.code == PINDUS_TIMEOUT);
  CHECK(outcome.why.message == "acme.example did not answer");
  CHECK(outcome.why.hint == "try later");
  const auto other = fixture.run([](const pindus_host_1* host, pindus_session session) -> int32_t {
    fetch(host, session);
    return int32_t{PINDUS_DENIED};
  });
  CHECK(other.why.message.contains("the person or the server refused"));
}

TEST_CASE("a header field is found without case, joined, and only until the next request") {
  SessionFixture fixture;
  fixture.services.responses.push_back(answer(200, {{"X-A", "1"}, {"x-a", "2"}}));
  fixture.services.responses.push_back(answer(200));
  const auto outcome = fixture.run([](const pindus_host_1* host,
                                      pindus_session session) -> int32_t {
    const pindus_http_request request{
        sizeof(pindus_http_request), 0, str("GET"), str("https://acme.example/"), nullptr, 0, {}};
    pindus_http_response first{sizeof(pindus_http_response), 0, {}, {}};
    host->http_send(session, &request, &first);
    std::string text;
    host->http_header(session, first.headers, str("x-A"), pindus::test::take, &text);
    pindus_http_response second{sizeof(pindus_http_response), 0, {}, {}};
    host->http_send(session, &request, &second);
    if (host->http_header(session, second.headers, str("X-A"), pindus::test::take, &text) !=
            PINDUS_NOT_FOUND ||
        host->http_header(session, first.headers, str("X-A"), pindus::test::take, &text) !=
            PINDUS_INVALID_HANDLE) {
      return PINDUS_INTERNAL;
    }
    return store(host, session, text);
  });
  CHECK(outcome.credentials.access.view() == "1, 2");
}

TEST_CASE("a header that would break out of its line never leaves") {
  SessionFixture fixture;
  const auto outcome = fixture.run([](const pindus_host_1* host,
                                      pindus_session session) -> int32_t {
    const pindus_field header = field("X-A", value("1\r\nX-B: 2"));
    const pindus_http_request request{
        sizeof(pindus_http_request), 0, str("GET"), str("https://acme.example/"), &header, 1, {}};
    pindus_http_response response{sizeof(pindus_http_response), 0, {}, {}};
    return host->http_send(session, &request, &response);
  });
  CHECK(outcome.code == PINDUS_INVALID_ARGUMENT);
  CHECK(fixture.services.sent.empty());
}

TEST_CASE("options are filled in, overridden by their variable, and tied to the stored client") {
  SessionFixture fixture;
  fixture.method.options = {{"token_url", "https://{host}/{tenant}/{unknown}/token"},
                            {"scope", "{tenant}"},
                            {"client_id", "from-manifest"},
                            {"client_id_env", "ACME_CLIENT"}};
  fixture.method.questions = {{"host", "Host", "acme.example", Question::Kind::host},
                              {"tenant", "Tenant", "", Question::Kind::text}};
  fixture.request.answers = {{"host", "https://GHE.Example.com:8443/x"}, {"tenant", "a b/{host}"}};
  const auto read = [](const pindus_host_1* host, pindus_session session) {
    return store(host, session,
                 option(host, session, "token_url") + " " + option(host, session, "scope") + " " +
                     option(host, session, "client_id") + " " + option(host, session, "none"));
  };
  auto outcome = fixture.run(read);
  CHECK(outcome.credentials.access.view() ==
        "https://ghe.example.com:8443/a%20b%2F%7Bhost%7D/{unknown}/token a b/{host} from-manifest "
        "(code 13)");
  CHECK(outcome.credentials.members == Members{{"clientId", "from-manifest"},
                                               {"host", "ghe.example.com:8443"},
                                               {"tenant", "a b/{host}"}});
  fixture.method.options["authorize_params"] = "team={tenant}&x={host}";
  const auto params = fixture.run([](const pindus_host_1* host, pindus_session session) {
    return store(host, session, option(host, session, "authorize_params"));
  });
  CHECK(params.credentials.access.view() == "team=a%20b%2F%7Bhost%7D&x=ghe.example.com:8443");
  fixture.method.options["token_url"] = "https://{host}/{a}}/{ {host}";
  CHECK(fixture.run(read).credentials.access.view().starts_with(
      "https://ghe.example.com:8443/{a}}/{ ghe.example.com:8443 "));

  fixture.variables["ACME_CLIENT"] = "from-environment";
  CHECK(fixture.run(read).credentials.members[0].second == "from-environment");

  fixture.stored.access = Secret(std::string_view("old"));
  fixture.stored.members = {{"clientId", "from-record"}};
  fixture.on_refresh();
  CHECK(fixture.run(read).credentials.access.view().contains(" from-record "));
}

TEST_CASE("an answer that is the default clears the member, and one that is no host is refused") {
  SessionFixture fixture;
  fixture.method.questions = {{"host", "Host", "acme.example", Question::Kind::host}};
  const auto done = [](const pindus_host_1* host, pindus_session session) {
    return store(host, session);
  };
  fixture.request.answers = {{"host", " ACME.example "}};
  CHECK(fixture.run(done).credentials.members == Members{{"host", ""}});
  fixture.request.answers = {{"host", "not a host"}};
  const auto refused = normal_answers(fixture.method, fixture.request.answers);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.contains("\"not a host\" is no host name"));
}

TEST_CASE("a refresh keeps every member that it doesn't set, and clears what it empties") {
  SessionFixture fixture;
  fixture.stored.access = Secret(std::string_view("old-access"));
  fixture.stored.refresh = Secret(std::string_view("old-refresh"));
  fixture.stored.expires_ms = 1;
  fixture.stored.members = {{"accountId", "42"}, {"baseUrl", "https://a"}, {"clientId", "c"}};
  fixture.on_refresh();
  const auto outcome =
      fixture.run([](const pindus_host_1* host, pindus_session session) -> int32_t {
        pindus_secret old{};
        if (host->credential_get(session, str("refresh"), &old)) return PINDUS_INTERNAL;
        if (host->credential_get(session, str("nothing"), &old) != PINDUS_NOT_FOUND) {
          return PINDUS_INTERNAL;
        }
        host->credential_set(session, str("access"), value("new-", old));
        host->credential_set(session, str("baseUrl"), value(""));
        return host->credential_commit(session);
      });
  CHECK(outcome.credentials.access.view() == "new-old-refresh");
  CHECK(outcome.credentials.refresh.view() == "old-refresh");
  CHECK_FALSE(outcome.credentials.expires_ms);
  CHECK(outcome.credentials.members ==
        Members{{"accountId", "42"}, {"baseUrl", ""}, {"clientId", "c"}});
}

TEST_CASE("only the plugin's own members are set, of printable UTF-8, and committed once") {
  SessionFixture fixture;
  const auto outcome = fixture.run([](const pindus_host_1* host,
                                      pindus_session session) -> int32_t {
    for (const char* name : {"kind", "isDefault", "expires", "lifetime", "clientId", "issuedBy",
                             "key", "", "1a", "a-b"}) {
      if (host->credential_set(session, str(name), value("x")) != PINDUS_INVALID_ARGUMENT) {
        return PINDUS_INTERNAL;
      }
    }
    for (const char* text : {"line\nbreak", "\xff", "\x7f"}) {
      if (host->credential_set(session, str("access"), value(text)) != PINDUS_INVALID_ARGUMENT) {
        return PINDUS_INTERNAL;
      }
    }
    if (host->credential_commit(session) != PINDUS_INVALID_ARGUMENT) return PINDUS_INTERNAL;
    if (host->credential_lifetime(session, -1, {}) != PINDUS_INVALID_ARGUMENT ||
        host->credential_lifetime(session, INT64_MAX, {}) != PINDUS_INVALID_ARGUMENT) {
      return PINDUS_INTERNAL;
    }
    if (store(host, session) != PINDUS_OK) return PINDUS_INTERNAL;
    if (store(host, session, "later") != PINDUS_INVALID_ARGUMENT) return PINDUS_INTERNAL;
    return host->credential_commit(session) == PINDUS_INVALID_ARGUMENT ? PINDUS_OK
                                                                       : PINDUS_INTERNAL;
  });
  CHECK(outcome.code == PINDUS_OK);
  CHECK(outcome.credentials.access.view() == "a-token");
}

TEST_CASE("line ends behind a server's token are no part of it") {
  SessionFixture fixture;
  const auto outcome = fixture.run([](const pindus_host_1* host, pindus_session session) {
    host->credential_set(session, str("access"), value("a-token\r\n"));
    return host->credential_commit(session);
  });
  CHECK(outcome.code == PINDUS_OK);
  CHECK(outcome.credentials.access.view() == "a-token");
}

TEST_CASE(
    "a revocation reads the record and stores nothing and without the extension it can't be") {
  SessionFixture fixture;
  fixture.stored.access = Secret(std::string_view("old-access"));
  fixture.on_refresh();
  fixture.request.operation = pindus::Operation::revoke;
  const auto outcome =
      fixture.run([](const pindus_host_1* host, pindus_session session) -> int32_t {
        pindus_secret access{};
        host->credential_get(session, str("access"), &access);
        if (bytes(host, session, access) != "old-access") return PINDUS_INTERNAL;
        return store(host, session) == PINDUS_INVALID_ARGUMENT ? PINDUS_OK : PINDUS_INTERNAL;
      });
  CHECK(outcome.code == PINDUS_OK);
  CHECK(outcome.credentials.access.empty());
  CHECK(fixture.run_bad("right").code == PINDUS_UNSUPPORTED);
  // Whether there is one is seen before anything is made.
  CHECK(fixture.run_bad("throws-creating").code == PINDUS_UNSUPPORTED);
}
