// The examples under sdk/examples/embedding, built with what is installed and no more.
#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "tests/integration/oauth_peer.hpp"
#include "tests/integration/token_endpoint.hpp"

using Catch::Contains;
using pindus::test::ChildProcess;
using pindus::test::Connection;
using pindus::test::find_program;
using pindus::test::http_answer;
using pindus::test::PindusProfile;
using pindus::test::run_process;
using pindus::test::skip;
using pindus::test::token_answer;
using pindus::test::TokenEndpoint;
using pindus::test::Variables;

namespace {

constexpr const char* examples = PINDUS_EXAMPLES;
constexpr const char* built = PINDUS_BUILT_EXAMPLES;
constexpr const char* some_key = "sk-example-0123456789abcdef";

Variables environment_of(const PindusProfile& profile) {
  Variables variables = profile.environment;
  variables["LD_LIBRARY_PATH"] = PINDUS_LIBRARY_FOLDER;
  variables["PATH"] = PindusProfile::program().parent_path().string() + ":" + variables["PATH"];
  return variables;
}

void prints_the_key(const std::vector<std::string>& command) {
  const PindusProfile profile;
  auto argv = command;
  argv.emplace_back("openai");
  const auto nothing = run_process(argv, environment_of(profile));
  CHECK(nothing.exit_code != 0);
  REQUIRE(profile.run({"signin", "openai", "--api-key"}, some_key).exit_code == 0);
  const auto result = run_process(argv, environment_of(profile));
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.out == std::string(some_key) + "\n");
}

}  // namespace

TEST_CASE("the agent signs in by its own dialogue, streams, and refreshes on a 401") {
  std::atomic<int> refreshes = 0;
  std::atomic<int> refusals = 0;
  std::atomic<int> prompts = 0;
  TokenEndpoint endpoint([&](Connection& connection, const std::string& request) {
    if (request.starts_with("POST /token")) {
      ++refreshes;
      connection.write(token_answer("second-token-0123456789", "second-refresh"));
    } else if (request.find("Bearer second-token-0123456789") == request.npos) {
      ++refusals;
      connection.write(http_answer("401 Unauthorized", "no such token"));
    } else {
      if (request.ends_with("\r\n\r\nwrite a poem")) ++prompts;
      connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (const char* word : {"roses ", "are ", "red\n"}) {
        const std::string text = word;
        connection.write("0" + std::to_string(text.size()) + "\r\n" + text + "\r\n");
        connection.sleep(std::chrono::milliseconds(10));
      }
      connection.write("0\r\n\r\n");
    }
  });
  endpoint.profile.store_token("acme", "first-token-0123456789", "first-refresh", 3600);
  Variables variables = environment_of(endpoint.profile);
  variables["AGENT_PROVIDER"] = "acme";
  variables["AGENT_URL"] = endpoint.server.url();
  const std::string agent = std::string(built) + "/agent";

  const auto signed_in =
      run_process({agent, "signin", "groq", "--api-key"}, variables, std::string(some_key) + "\n");
  CHECK(signed_in.exit_code == 0);
  CHECK(signed_in.out == "Signed in at Groq (groq) as default by api key.\n");
  CHECK(run_process({agent, "auth", "key", "groq"}, variables).out == std::string(some_key) + "\n");
  const auto unknown = run_process({agent, "auth", "key", "nobody"}, variables);
  CHECK(unknown.exit_code == 1);
  CHECK_THAT(unknown.err, Contains("No such key"));
  const auto became =
      run_process({agent, "auth", "exec", "groq", "--", "printenv", "GROQ_API_KEY"}, variables);
  CHECK(became.out == std::string(some_key) + "\n");

  const auto answered = run_process({agent, "write", "a", "poem"}, variables);
  INFO(answered.err);
  CHECK(answered.exit_code == 0);
  CHECK(answered.out == "roses are red\n");
  CHECK(refusals == 1);
  CHECK(refreshes == 1);
  CHECK(run_process({agent, "write", "a", "poem"}, variables).out == "roses are red\n");
  CHECK(refusals == 1);
  CHECK(prompts == 2);
}

TEST_CASE("the example in C prints the key") {
  prints_the_key({std::string(built) + "/key"});
}

TEST_CASE("32 processes of it with an expired token make one request") {
  std::atomic<int> requests = 0;
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    ++requests;
    connection.sleep(std::chrono::milliseconds(300));
    connection.write(token_answer("new-access-0123456789", "new-refresh"));
  });
  const Variables variables = environment_of(endpoint.profile);
  std::vector<std::unique_ptr<ChildProcess>> processes;
  for (int i = 0; i < 32; ++i) {
    processes.push_back(std::make_unique<ChildProcess>(
        std::vector<std::string>{std::string(built) + "/key", "acme"}, variables));
  }
  for (const auto& process : processes) {
    const auto result = process->wait();
    CHECK(result.out == "new-access-0123456789\n");
    CHECK(result.err.empty());
  }
  CHECK(requests == 1);
}

TEST_CASE("the example in Rust prints the key") {
  const std::string program = std::string(built) + "/key-of-rust";
  if (!std::filesystem::exists(program)) {
    skip("rustc isn't installed, or has no toolchain");
  }
  prints_the_key({program});
}

TEST_CASE("the example in Python prints the key") {
  if (!find_program("python3")) skip("python3 isn't installed");
  prints_the_key({"python3", std::string(examples) + "/key.py"});
}

TEST_CASE("the example for Node prints the key") {
  if (!find_program("node")) skip("node isn't installed");
  prints_the_key({"node", std::string(examples) + "/key.mjs"});
}
