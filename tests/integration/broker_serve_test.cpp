#include <catch2/catch.hpp>

#include "core/base/json.hpp"
#include "tests/integration/broker_run.hpp"

using Catch::Matchers::Contains;
using pindus::Json;
using pindus::test::BrokerClient;
using pindus::test::BrokerRun;
using pindus::test::ChildProcess;
using pindus::test::Connection;
using pindus::test::eventually;
using pindus::test::HttpMessage;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;
using pindus::test::say_fine;
using pindus::test::TestProvider;

namespace {

// A broker that serves, for the profile of a run (whose own broker is another).
struct Served {
  explicit Served(const TestProvider& provider, std::vector<std::string> options = {})
      : run(provider) {
    options.insert(options.begin(), {PindusProfile::program(), "auth", "serve"});
    server = std::make_unique<ChildProcess>(options, run.profile.environment);
    place = server->wait_for("Serving at ");
  }

  [[nodiscard]] ProcessResult pindus(const std::vector<std::string>& arguments) const {
    return run.profile.run(arguments);
  }

  // The variables of a grant.
  [[nodiscard]] Json grant(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"auth", "grant", "acme", "--format", "json"});
    const ProcessResult granted = pindus(options);
    INFO(granted.err);
    REQUIRE(granted.exit_code == 0);
    return Json::parse(granted.out).value();
  }

  BrokerRun run;
  std::unique_ptr<ChildProcess> server;
  std::string place;
};

std::string variable(const Json& granted, const char* name) {
  const Json* value = granted.find(name);
  return value == nullptr || value->as_string() == nullptr ? "" : *value->as_string();
}

// The status of a request with that token, at the address that the grant names.
int status_of(const Json& granted, const std::string& call = "GET /v1/models") {
  const std::string address = variable(granted, "ACME_URL");
  const std::string port = address.substr(address.rfind(':') + 1);
  BrokerClient client(std::stoi(port));
  client.send(call.substr(0, call.find(' ')) + " /acme" + call.substr(call.find(' ') + 1) +
              " HTTP/1.1\r\nHost: 127.0.0.1:" + port.substr(0, port.find('/')) +
              "\r\nx-api-key: " + variable(granted, "ACME_KEY") + "\r\nConnection: close\r\n\r\n");
  return client.answer(false).status();
}

}  // namespace

TEST_CASE("whoever is granted something gets the key's answers, and nothing once it is revoked") {
  TestProvider provider(say_fine);
  const Served served(provider);
  const Json first = served.grant();
  const Json second = served.grant({"--requests", "1"});
  CHECK(variable(first, "ACME_KEY") != variable(second, "ACME_KEY"));
  CHECK(variable(first, "PINDUS_ADDRESS_ACME") == variable(first, "ACME_URL"));
  CHECK(status_of(first) == 200);
  CHECK(status_of(second) == 200);
  CHECK(status_of(second) == 403);
  CHECK(status_of(first, "PATCH /v1/models") == 403);
  for (const auto& key : provider.fields("x-api-key")) CHECK(key == BrokerRun::real_key);

  CHECK(served.pindus({"auth", "revoke", variable(first, "ACME_KEY")}).exit_code == 0);
  CHECK(status_of(first) == 403);
  const ProcessResult again = served.pindus({"auth", "revoke", variable(first, "ACME_KEY")});
  CHECK(again.exit_code == 1);
  CHECK_THAT(again.err, Contains("is granted anything") && !Contains("pnd_"));
  CHECK(served.pindus({"auth", "revoke", "--all"}).out == "Revoked one grant.\n");
  CHECK(status_of(second) == 403);
}

TEST_CASE("what a grant has under way ends with it") {
  TestProvider provider([](Connection& connection, const HttpMessage&) {
    connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    while (!connection.read_some().empty()) {
    }
  });
  const Served served(provider);
  const Json granted = served.grant();
  const std::string address = variable(granted, "ACME_URL");
  const std::string port = address.substr(address.rfind(':') + 1);
  BrokerClient client(std::stoi(port));
  client.send("GET /acme/v1/models HTTP/1.1\r\nHost: 127.0.0.1:" + port.substr(0, port.find('/')) +
              "\r\nx-api-key: " + variable(granted, "ACME_KEY") + "\r\n\r\n");
  CHECK(client.head().status() == 200);
  CHECK(served.pindus({"auth", "revoke", "--all"}).exit_code == 0);
  CHECK(eventually([&] { return provider.ended() == 1; }));
}

TEST_CASE("a grant is taken back by the name that the list has for it") {
  TestProvider provider(say_fine);
  const Served served(provider);
  const Json granted = served.grant();
  const std::string list = served.pindus({"auth", "serve", "--list"}).out;
  const std::string run = list.substr(list.rfind(' ') + 1, list.size() - list.rfind(' ') - 2);
  const ProcessResult revoked = served.pindus({"auth", "revoke", run});
  INFO(list);
  CHECK(revoked.out == "Revoked one grant.\n");
  CHECK(status_of(granted) == 403);
}

TEST_CASE("one broker serves a profile, and who asks where there is none is told so") {
  TestProvider provider(say_fine);
  const Served served(provider);
  CHECK_THAT(served.pindus({"auth", "serve", "--list"}).out, Contains("Nothing is granted."));
  const ProcessResult other = served.pindus({"auth", "serve"});
  CHECK(other.exit_code == 1);
  CHECK_THAT(other.err, Contains("serves at") && Contains("already"));

  PindusProfile alone;
  const ProcessResult nowhere = alone.run({"auth", "grant", "openai"});
  CHECK(nowhere.exit_code == 1);
  CHECK_THAT(nowhere.err, Contains("No broker"));
}

TEST_CASE("a tool in a run that asks for a key gets the run's token, and never the key") {
  TestProvider provider(say_fine);
  BrokerRun run(provider,
                {.options = {"--no-hide-vault"},
                 .script = PindusProfile::program().string() +
                           " auth key acme; echo address=$PINDUS_ADDRESS_ACME; exec cat"});
  const std::string asked = run.command->wait_for("address=http://");
  const ProcessResult ended = run.end();
  CHECK_THAT(ended.out, Contains("\n" + run.token) && !Contains(BrokerRun::real_key));
}
