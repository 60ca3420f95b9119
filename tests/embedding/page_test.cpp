// What sdk/EMBEDDING.md promises: its program, put together as it stands there, does what it says.
#include <atomic>
#include <catch2/catch.hpp>

#include "tests/integration/token_endpoint.hpp"

using Catch::Contains;
using pindus::test::Connection;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;
using pindus::test::run_process;
using pindus::test::token_answer;
using pindus::test::TokenEndpoint;

namespace {

constexpr const char* stored_key = "sk-ant-page-0123456789abcdef";

ProcessResult chat(const PindusProfile& profile, std::vector<std::string> args,
                   std::string_view input = {}) {
  auto variables = profile.environment;
  variables["LD_LIBRARY_PATH"] = PINDUS_LIBRARY_FOLDER;
  args.insert(args.begin(), PINDUS_BUILT_EXAMPLES "/chat");
  return run_process(std::move(args), variables, input);
}

}  // namespace

TEST_CASE("the page's program signs in, gives the key and the headers, and runs commands") {
  const PindusProfile profile;
  const auto nothing = chat(profile, {"key", "groq"});
  CHECK(nothing.exit_code == 1);
  CHECK_THAT(nothing.err, Contains("No such key: nothing is stored for groq"));
  const std::string answer = std::string(stored_key) + "\n";
  const auto entered = chat(profile, {"enter", "groq"}, answer);
  CHECK_THAT(entered.err, Contains("(don't show it)"));
  CHECK(entered.exit_code == 0);
  const auto key = chat(profile, {"key", "groq"});
  CHECK(key.out == answer);
  CHECK(key.err == "account default\n");
  CHECK(chat(profile, {"wait", "groq"}).exit_code == 0);
  CHECK(chat(profile, {"signin", "anthropic", "--api-key"}, answer).exit_code == 0);
  CHECK_THAT(chat(profile, {"headers", "anthropic"}).out,
             Contains(std::string("\"x-api-key\":\"") + stored_key));
  CHECK_THAT(chat(profile, {"auth", "status"}).out, Contains("Groq (groq)"));
  CHECK(chat(profile, {"write"}).exit_code == 2);
}

TEST_CASE("the page's program gives another token for one that was refused") {
  std::atomic<int> requests = 0;
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    ++requests;
    connection.write(token_answer("second-token-0123456789", "second-refresh"));
  });
  endpoint.profile.store_token("acme", "first-token-0123456789", "first-refresh", 3600);
  for (int i = 0; i < 2; ++i) {
    CHECK(chat(endpoint.profile, {"again", "acme", "first-token-0123456789"}).out ==
          "second-token-0123456789\n");
  }
  CHECK(requests == 1);
}
