// What is asked of a token beyond that it is valid: how long it still is, and that it isn't one
// that a server has refused.
#include <catch2/catch.hpp>
#include <future>
#include <vector>

#include "tests/support/temporary_directory.hpp"
#include "tests/support/vaults.hpp"
#include "tests/vault/scripted_refresher.hpp"

using namespace std::chrono_literals;
using Catch::Contains;
using pindus::OAuthCredentials;
using pindus::stored_key;
using pindus::TokenDemand;
using pindus::test::DiskVault;
using pindus::test::MemoryVault;
using pindus::test::refused;
using pindus::test::rotating;
using pindus::test::ScriptedRefresher;
using pindus::test::TemporaryDirectory;
using pindus::test::tokens;
using pindus::test::unreachable;
using pindus::test::vault_text;
using pindus::test::write_file;

namespace {

// The key, and after a blank the warning.
std::string demanded(pindus::Vault& vault, ScriptedRefresher& refresher,
                     const TokenDemand& demand) {
  const auto key = stored_key(vault, &refresher, {.provider = "p", .demand = demand});
  if (!key) return "fault: " + key.error().message;
  if (!*key) return "nothing";
  const pindus::UsableKey& usable = (*key)->key;
  return std::string(usable.key.view()) + (usable.warning.empty() ? "" : " " + usable.warning);
}

}  // namespace

TEST_CASE("a token that would end sooner than is asked is refreshed") {
  for (const int left : {10, 700, 1799}) {
    auto refresher = rotating();
    MemoryVault vault(vault_text("a", "r", left), &refresher);
    CHECK(demanded(vault, refresher, {.valid_for = 1800s}) == "new-a");
    CHECK(demanded(vault, refresher, {.valid_for = 1800s}) == "new-a");
    CHECK(refresher.requests() == 1);
  }
  auto refresher = rotating();
  MemoryVault vault(vault_text("a", "r", 1900), &refresher);
  CHECK(demanded(vault, refresher, {.valid_for = 1800s}) == "a");
  MemoryVault short_one(vault_text("a", "r", 100), &refresher);
  CHECK(demanded(short_one, refresher, {.valid_for = 50s}) == "a");
  CHECK(refresher.requests() == 0);
}

TEST_CASE(
    "what no token of the account can be asked for is told, and isn't asked for at each call") {
  auto refresher = rotating(600);
  MemoryVault vault(vault_text("a", "r", -1), &refresher);
  CHECK_THAT(demanded(vault, refresher, {.valid_for = 3600s}),
             Contains("new-a the token of the account default of p is valid for another") &&
                 Contains("not for the 3600 s asked for"));
  CHECK_THAT(demanded(vault, refresher, {.valid_for = 3600s}), Contains("new-a"));
  CHECK(refresher.requests() == 1);
}

TEST_CASE("a token that was refused is refreshed whatever it has left") {
  for (const int left : {100, 3600, 100'000}) {
    auto refresher = rotating();
    MemoryVault vault(vault_text("a", "r", left), &refresher);
    CHECK(demanded(vault, refresher, {.refused = "a"}) == "new-a");
    CHECK(refresher.requests() == 1);
  }
}

TEST_CASE("where another token than the refused one is stored, that is the answer") {
  auto refresher = rotating();
  MemoryVault vault(vault_text("b", "r", 100), &refresher);
  CHECK(demanded(vault, refresher, {.refused = "a"}) == "new-b");  // by its own margin
  MemoryVault fresh(vault_text("b", "r", 3600), &refresher);
  CHECK(demanded(fresh, refresher, {.refused = "a"}) == "b");
  CHECK(refresher.requests() == 1);
}

TEST_CASE("a refused token is refreshed once, whoever runs into the refusal at the same time") {
  const TemporaryDirectory directory;
  write_file(directory / "auth.json", vault_text("a", "r", 3600));
  ScriptedRefresher refresher([](const OAuthCredentials&, auto) {
    std::this_thread::sleep_for(100ms);
    return tokens("b", "r2");
  });
  std::vector<std::future<std::string>> answers;
  for (int i = 0; i < 8; ++i) {
    answers.push_back(std::async(std::launch::async, [&] {
      DiskVault vault(directory.path());
      return demanded(vault, refresher, {.refused = "a"});
    }));
  }
  for (auto& answer : answers) CHECK(answer.get() == "b");
  CHECK(refresher.requests() == 1);
}

TEST_CASE("after a forced refresh there is no other for a minute") {
  const TemporaryDirectory directory;
  write_file(directory / "auth.json", vault_text("a", "r", 3600));
  auto refresher = rotating();
  DiskVault vault(directory.path());
  CHECK(demanded(vault, refresher, {.refused = "a"}) == "new-a");
  CHECK_THAT(demanded(vault, refresher, {.refused = "new-a"}),
             Contains("new-a a refresh of the account default of p was forced") &&
                 Contains("not refreshed again"));
  CHECK(refresher.requests() == 1);
  // Its end is another reason.
  write_file(directory / "auth.json", vault_text("c", "r", -1));
  CHECK(demanded(vault, refresher, {}) == "new-c");
  CHECK(refresher.requests() == 2);
}

TEST_CASE("a refused token is not handed out where no other can be had") {
  for (const bool for_good : {true, false}) {
    ScriptedRefresher refresher(
        [for_good](const OAuthCredentials&, auto) -> pindus::test::RefreshAnswer {
          if (for_good) return refused();
          return unreachable();
        });
    MemoryVault vault(vault_text("a", "r", 3600), &refresher);
    CHECK_THAT(demanded(vault, refresher, {.refused = "a"}), Contains("fault: auth.example said"));
    CHECK(demanded(vault, refresher, {}) == "a");
  }
}
