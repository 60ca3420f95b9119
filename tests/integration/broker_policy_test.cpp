// What a run may do, and what stands around its command.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <exception>

#include "tests/integration/broker_run.hpp"
#include "tests/integration/oauth_peer.hpp"

using Catch::Matchers::Contains;
using pindus::test::BrokerClient;
using pindus::test::BrokerRun;
using pindus::test::Connection;
using pindus::test::eventually;
using pindus::test::HttpMessage;
using pindus::test::LoopbackServer;
using pindus::test::ok;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;
using pindus::test::say_fine;
using pindus::test::TestProvider;

namespace {

std::vector<std::string> with(std::initializer_list<const char*> options) {
  return {options.begin(), options.end()};
}

// What a shell says that stands behind the walls, and how it ends.
ProcessResult behind_walls(const TestProvider& provider, const std::string& script,
                           std::vector<std::string> options = {}) {
  options.emplace_back("--hide-vault");
  BrokerRun run(provider, {.options = options, .script = script});
  return run.end();
}

void need_user_namespaces() {
  const auto tried =
      pindus::test::run_process({"unshare", "-U", "true"}, pindus::test::plain_environment());
  if (tried.exit_code != 0) pindus::test::skip("no user namespace may be made here");
}

}  // namespace

TEST_CASE(
    "no more requests than --requests go, no other calls than --allow, and the log says why") {
  TestProvider provider(say_fine);
  BrokerRun run(provider, {.options = with({"--requests", "2", "--allow", "GET /v1/models"})});
  CHECK(run.ask("GET /v1/models").status() == 200);
  const HttpMessage other = run.ask("POST /v1/messages", "{}");
  CHECK(other.status() == 403);
  CHECK_THAT(other.body, Contains("not-allowed"));
  CHECK(other.field("x-should-retry") == "false");
  CHECK(run.ask("GET /v1/models").status() == 200);
  CHECK_THAT(run.ask("GET /v1/models").body, Contains("requests"));
  CHECK(provider.requests().size() == 2);
  const auto lines = run.log_lines(4);
  REQUIRE(lines.size() == 4);
  CHECK_THAT(lines[1], Contains("\"rule\":\"not-allowed\""));
  CHECK_THAT(lines[3], Contains("\"rule\":\"requests\""));
}

TEST_CASE("no more streams than --streams go at once, and one that was left counts no more") {
  TestProvider provider([](Connection& connection, const HttpMessage& request) {
    if (request.line().starts_with("GET")) return say_fine(connection, request);
    connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    while (!connection.read_some().empty()) {
    }
  });
  BrokerRun run(provider, {.options = with({"--streams", "1"})});
  auto client = run.client();
  client.send(run.request("POST /v1/stream"));
  CHECK(client.head().status() == 200);
  const HttpMessage refused = run.ask("GET /v1/models");
  CHECK(refused.status() == 429);
  CHECK(refused.field("x-should-retry") == "true");
  client.close();
  CHECK(eventually([&] { return run.ask("GET /v1/models").status() == 200; }));
}

TEST_CASE("no more requests than --rate go, and none after --for") {
  TestProvider provider(say_fine);
  BrokerRun slow(provider, {.options = with({"--rate", "2/min"})});
  CHECK(slow.ask("GET /v1/models").status() == 200);
  CHECK(slow.ask("GET /v1/models").status() == 200);
  CHECK(slow.ask("GET /v1/models").status() == 429);
  BrokerRun brief(provider, {.options = with({"--for", "1s"})});
  HttpMessage last;
  CHECK(eventually([&] {
    try {
      return (last = brief.ask("GET /v1/models")).status() == 403;
    } catch (const std::exception&) {  // it was under way when the time was over
      return false;
    }
  }));
  CHECK_THAT(last.body, Contains("\"time\""));
}

TEST_CASE("what is under way when --for is over ends, and the log says why") {
  TestProvider provider([](Connection& connection, const HttpMessage&) {
    connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    while (!connection.read_some().empty()) {
    }
  });
  BrokerRun run(provider, {.options = with({"--for", "6s"})});
  auto client = run.client();
  client.send(run.request("POST /v1/stream"));
  CHECK(client.head().status() == 200);
  CHECK(eventually([&] { return provider.ended() == 1; }));
  CHECK_THAT(run.log_lines(1).at(0), Contains("the time of the run was over"));
}

TEST_CASE("a stranger on this machine learns and gets nothing") {
  TestProvider provider(say_fine);
  BrokerRun run(provider);
  for (const char* path : {"/acme/v1/models", "/other/v1/models", "/"}) {
    BrokerClient client(run.port);
    client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1:" +
                std::to_string(run.port) + "\r\nx-api-key: sk-guess\r\n\r\n");
    const HttpMessage answer = client.answer();
    CHECK(answer.status() >= 400);
    CHECK_THAT(answer.body, !Contains("acme"));
  }
  CHECK(provider.requests().empty());
}

TEST_CASE("a proxy of the person's doesn't come between command and broker") {
  LoopbackServer proxy([](Connection& connection) {
    connection.read_request();
    connection.write(ok("the proxy"));
  });
  TestProvider provider(say_fine, TestProvider::Over::tcp);
  BrokerRun::Setting setting{
      .script = "curl -s -H \"x-api-key: $ACME_KEY\" \"$ACME_URL/v1/models\"; echo; echo got"};
  for (const char* name : {"http_proxy", "HTTP_PROXY", "ALL_PROXY"}) {
    setting.variables[name] = proxy.url();
  }
  BrokerRun run(provider, setting);
  const ProcessResult result = run.end();
  CHECK_THAT(result.out, Contains("fine\n") && !Contains("the proxy"));
  CHECK(proxy.connections() == 0);
}

TEST_CASE("a proxy for the provider is used, and sees nothing but where it goes") {
  std::string seen;
  LoopbackServer proxy([&](Connection& connection) {
    seen = connection.read_request();
    connection.write("HTTP/1.1 200 Connection established\r\n\r\n");
    const std::size_t colon = seen.find(':');
    if (colon != seen.npos) connection.tunnel_to(std::stoi(seen.substr(colon + 1)));
  });
  TestProvider provider(say_fine);
  BrokerRun::Setting setting;
  setting.variables["HTTPS_PROXY"] = proxy.url();
  BrokerRun run(provider, setting);
  CHECK(run.ask("GET /v1/models").status() == 200);
  CHECK_THAT(seen, Contains("CONNECT 127.0.0.1:" + std::to_string(provider.port())));
  CHECK_THAT(seen, !Contains(BrokerRun::real_key) && !Contains(run.token));
}

TEST_CASE("behind --hide-vault the vault isn't there, and can't be had back") {
  need_user_namespaces();
  TestProvider provider(say_fine);
  const ProcessResult result = behind_walls(
      provider,
      "P=$INDUSAGI_CODING_AGENT_DIR; ls -A $P; cat $P/auth.json && echo leaked;"
      "umount $P && echo unmounted; umount -l $P && echo unmounted;"
      "mount --bind / /mnt && echo mounted;"
      "unshare -m true && echo unshared; unshare -Ur true && echo unshared;"
      "for p in /proc/[0-9]*; do cat $p/root$P/auth.json 2>/dev/null && echo leaked; done;"
      "nsenter -t 1 -m cat $P/auth.json && echo leaked;"
      "grep -E '^(Cap(Eff|Prm|Bnd|Amb)|NoNewPrivs)' /proc/self/status; echo done");
  INFO(result.err);
  CHECK_THAT(result.out, Contains("done\n"));
  for (const char* bad : {"leaked", "unmounted", "mounted", "unshared", "sk-real"}) {
    CHECK_THAT(result.out, !Contains(bad));
  }
  CHECK_THAT(result.out, Contains("CapEff:\t0000000000000000") &&
                             Contains("CapBnd:\t0000000000000000") && Contains("NoNewPrivs:\t1"));
}

TEST_CASE("behind --hide-vault requests go as ever, and keys change as ever") {
  need_user_namespaces();
  TestProvider provider(say_fine);
  BrokerRun run(provider, {.options = with({"--hide-vault"})});
  CHECK(run.ask("GET /v1/models").status() == 200);
  run.store_key("sk-another-0123456789abcdefghij");
  CHECK(run.ask("GET /v1/models").status() == 200);
  CHECK(provider.fields("x-api-key").at(1) == "sk-another-0123456789abcdefghij");
}

TEST_CASE("with --no-hide-vault nothing is hidden") {
  TestProvider provider(say_fine);
  BrokerRun run(provider, {.options = with({"--no-hide-vault"}),
                           .script = "test -s $INDUSAGI_CODING_AGENT_DIR/auth.json && echo there"});
  CHECK_THAT(run.end().out, Contains("there\n"));
}

TEST_CASE("with --only the broker is all that can be reached") {
  need_user_namespaces();
  TestProvider provider(say_fine, TestProvider::Over::tcp);
  LoopbackServer other([](Connection& connection) { connection.write(ok("reached")); });
  const ProcessResult result =
      behind_walls(provider,
                   "curl -s -H \"x-api-key: $ACME_KEY\" \"$ACME_URL/v1/models\"; echo;"
                   "curl -s -m 5 " +
                       other.url() + "; echo \"other=$?\"; curl -s -m 5 " + provider.url() +
                       "; echo \"provider=$?\"",
                   with({"--only"}));
  INFO(result.err);
  CHECK_THAT(result.out, Contains("fine\n") && Contains("other=7\n") && Contains("provider=7\n"));
  CHECK(other.connections() == 0);
}

TEST_CASE("an ordinary user raises the same walls, where the system lets any user") {
  if (::geteuid() != 0) pindus::test::skip("the test is root's: it becomes another");
  const auto tried = pindus::test::run_process({"setpriv", "--reuid", "12345", "--regid", "12345",
                                                "--clear-groups", "unshare", "-Ur", "true"},
                                               pindus::test::plain_environment());
  if (tried.exit_code != 0) pindus::test::skip("an ordinary user may make no namespace here");
  TestProvider provider(say_fine, TestProvider::Over::tcp);
  BrokerRun as_root(provider);  // makes the profile
  const auto profile = as_root.profile.path();
  pindus::test::run_process({"chown", "-R", "12345:12345", profile},
                            pindus::test::plain_environment());
  const auto result = pindus::test::run_process(
      {"setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups",
       PindusProfile::program(), "auth", "exec", "--broker", "--hide-vault", "--only", "acme", "--",
       "sh", "-c",
       "curl -s -H \"x-api-key: $ACME_KEY\" \"$ACME_URL/v1/models\"; echo;"
       "cat $INDUSAGI_CODING_AGENT_DIR/auth.json && echo leaked; id -u"},
      as_root.profile.environment);
  if (result.err.contains("Permission denied") && result.out.empty()) {
    pindus::test::skip("another user can't execute what was built here");
  }
  INFO(result.err);
  CHECK_THAT(result.out, Contains("fine\n") && Contains("12345\n") && !Contains("leaked"));
}
