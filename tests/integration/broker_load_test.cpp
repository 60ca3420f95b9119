// 10,000 requests of eight programs while everything else changes: the token ends every two
// seconds, the person signs out and in, the provider breaks one connection in twenty off.
#include <fmt/format.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <thread>

#include "core/broker/run_log.hpp"
#include "tests/integration/broker_run.hpp"
#include "tests/integration/oauth_peer.hpp"
#include "tests/integration/token_endpoint.hpp"

using pindus::test::BrokerClient;
using pindus::test::BrokerRun;
using pindus::test::Connection;
using pindus::test::eventually;
using pindus::test::http_answer;
using pindus::test::HttpMessage;
using pindus::test::LoopbackServer;
using pindus::test::ok;
using pindus::test::TestProvider;
using pindus::test::token_answer;

namespace {

constexpr int clients = 8;
constexpr int requests_each = 1250;

// Gives tokens of two seconds, each for the one before it.
struct ShortTokens {
  std::mutex mutex;
  std::map<std::string, int> asked;  // how often with each refresh token
  int given = 0;
  LoopbackServer server{[this](Connection& connection) {
    const std::string request = connection.read_request();
    const std::size_t at = request.find("refresh_token=");
    if (at == request.npos) return;
    const std::string refresh = request.substr(at + 14, request.find('&', at) - at - 14);
    connection.sleep(std::chrono::milliseconds(20));
    const std::scoped_lock lock(mutex);
    ++asked[refresh];
    ++given;
    connection.write(token_answer(fmt::format("token-{}-0123456789", given),
                                  fmt::format("refresh-{}", given), 2));
  }};

  [[nodiscard]] std::string record(std::string_view refresh) const {
    return fmt::format(R"({{"acme": {{"default": {{"kind": "oauth", "isDefault": true,
    "access": "token-0-0123456789", "refresh": "{}", "expires": {}}}}}}})",
                       refresh, pindus::test::now_ms() + 1000);
  }
};

void replace(const std::filesystem::path& file, const std::string& text) {
  pindus::test::write_file(file.string() + ".new", text);
  std::filesystem::rename(file.string() + ".new", file);
}

std::size_t descriptors_of(pid_t process) {
  const std::filesystem::directory_iterator folder("/proc/" + std::to_string(process) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(folder), end(folder)));
}

// Counts of answers by status; 0: broken off.
using Answers = std::map<int, int>;

Answers ask_all(const BrokerRun& run, int seed) {
  Answers answers;
  std::unique_ptr<BrokerClient> connection;
  for (int i = 0; i < requests_each; ++i) {
    if (!connection) connection = std::make_unique<BrokerClient>(run.port);
    const std::string body = fmt::format("{}-{}", seed, i);
    connection->send(
        run.request("POST /v1/messages", fmt::format("Content-Length: {}\r\n", body.size())) +
        body);
    const auto answer = connection->reader().next();
    const bool is_whole = answer && answer->is_whole;
    ++answers[is_whole ? answer->status() : 0];
    // Whose answer it is can be seen.
    if (is_whole && answer->status() == 200 && answer->body != body) ++answers[-1];
    if (!is_whole || answer->field("Connection") == "close") connection.reset();
  }
  return answers;
}

}  // namespace

TEST_CASE("under load every request gets one answer, every refresh is one, and nothing is left") {
  ShortTokens tokens;
  std::atomic<int> count = 0;
  std::atomic<int> broken = 0;
  TestProvider provider(
      [&](Connection& connection, const HttpMessage& request) {
        if (++count % 20 != 0) {
          connection.write(ok(request.body));
          return;
        }
        ++broken;
        if (count % 40 == 0) connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nx");
        connection.reset();
      },
      TestProvider::Over::tcp);
  BrokerRun::Setting setting{
      .vault = tokens.record("refresh-0"),
      .methods = fmt::format(R"({{"oauth": {{"library": "pkce.so", "abi": "1.0", "options": {{
    "client_id": "pindus-test", "authorize_url": "{0}auth", "token_url": "{0}token",
    "redirect_uri": "http://127.0.0.1:1455/auth/callback", "scope": "x"}}}}}})",
                             tokens.server.url())};
  BrokerRun run(provider, setting);
  const pid_t broker = run.broker_child();
  static_cast<void>(run.ask("POST /v1/messages", "warm"));
  const std::size_t descriptors = descriptors_of(broker);

  std::atomic<bool> is_over = false;
  int sign_ins = 0;
  std::jthread person([&] {
    const auto vault = run.profile.path() / "profile/auth.json";
    while (!is_over) {
      std::this_thread::sleep_for(std::chrono::milliseconds(700));
      run.profile.run({"signout", "acme"});
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      replace(vault, tokens.record(fmt::format("signed-in-{}", ++sign_ins)));
    }
  });
  std::vector<Answers> answers(clients);
  {
    std::vector<std::jthread> programs;
    for (int i = 0; i < clients; ++i) {
      programs.emplace_back([&, i] { answers[static_cast<std::size_t>(i)] = ask_all(run, i); });
    }
  }
  is_over = true;
  person.join();
  Answers all;
  for (const Answers& of_one : answers) {
    for (const auto& [status, number] : of_one) all[status] += number;
  }
  std::string seen;
  for (const auto& [status, number] : all) seen += fmt::format("{}: {}  ", status, number);
  INFO(seen << " broken " << broken << " sign-ins " << sign_ins << " refreshes " << tokens.given);
  CHECK(all[-1] == 0);
  int sum = 0;
  for (const auto& [status, number] : all) {
    sum += number;
    CHECK((status <= 0 || status == 200 || status == 403 || status == 502 || status == 503));
  }
  CHECK(sum == clients * requests_each);
  CHECK(all[200] > sum / 2);
  // What was broken off before its answer is a 502 or was asked again, in its answer an end.
  CHECK(all[0] <= broken);
  CHECK(all[502] <= broken);
  // Each refresh token went out once.
  for (const auto& [refresh, times] : tokens.asked) {
    INFO(refresh);
    CHECK(times == 1);
  }
  CHECK(tokens.given > 2);
  // One line for each request, and one for the first.
  CHECK(run.log_lines(static_cast<std::size_t>(sum) + 1).size() ==
        static_cast<std::size_t>(sum) + 1);
  CHECK(run.broker_child() == broker);
  // Connections to the provider may be kept, and nothing else.
  const auto kept = static_cast<std::size_t>(clients);
  CHECK(eventually([&] { return descriptors_of(broker) <= descriptors + kept; }));
}
