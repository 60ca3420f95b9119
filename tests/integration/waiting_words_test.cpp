// What a person hears while the vault is somebody else's.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "core/base/account.hpp"
#include "core/vault/file_lock.hpp"
#include "tests/integration/token_endpoint.hpp"

using Catch::Contains;
using pindus::Account;
using pindus::FileLock;
using pindus::VaultPlace;
using pindus::test::ChildProcess;
using pindus::test::Connection;
using pindus::test::PindusProfile;
using pindus::test::token_answer;
using pindus::test::TokenEndpoint;
using namespace std::chrono_literals;

namespace {

constexpr const char* api_key = "gsk_0123456789abcdefghijklmnopqrstuvwxyz";

std::filesystem::path vault_of(const PindusProfile& profile) {
  return profile.path() / "profile/auth.json";
}

void give_key(ChildProcess& sign_in) {
  sign_in.write_input(api_key);
  sign_in.close_input();
}

}  // namespace

TEST_CASE("who waits for another process's refresh is told which process that is") {
  const bool is_stopped = GENERATE(false, true);
  std::atomic<bool> asked = false;
  std::atomic<bool> answers = false;
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    asked = true;
    while (!answers && connection.sleep(5ms)) continue;
    connection.write(token_answer("new-access", "new-refresh"));
  });
  auto holder = endpoint.profile.start({"auth", "key", "acme"});
  for (int tries = 0; tries < 4000 && !asked; ++tries) std::this_thread::sleep_for(5ms);
  REQUIRE(asked);
  if (is_stopped) holder.signal(SIGSTOP);
  auto waiter = endpoint.profile.start({"auth", "key", "acme"});
  waiter.wait_for("Waiting up to 4");
  waiter.wait_for(" s for process " + std::to_string(holder.pid()) +
                  " (pindus-host), which keeps the account default of acme locked");
  if (is_stopped) {
    waiter.wait_for(" and is stopped: kill -CONT " + std::to_string(holder.pid()) + "");
    holder.signal(SIGCONT);
  }
  answers = true;
  CHECK(waiter.wait().out == "new-access\n");
  const auto held = holder.wait();
  CHECK(held.out == "new-access\n");
  CHECK(held.err.empty());
  CHECK(endpoint.server.connections() == 1);
}

TEST_CASE("who waits for one lock after the other is told once who has it") {
  TokenEndpoint endpoint([](Connection& connection, const std::string&) {
    connection.write(token_answer("new-access", "new-refresh"));
  });
  const auto place = VaultPlace::find(vault_of(endpoint.profile)).value();
  auto account = FileLock::take(place, {Account{"acme"}.lock_byte()}, "it", {});
  auto vault = FileLock::take(place, {pindus::vault_lock_byte}, "it", {});
  REQUIRE((account && vault));
  account->say_who_holds();
  vault->say_who_holds();
  auto process = endpoint.profile.start({"auth", "key", "acme"});
  process.wait_for("Waiting up to ");
  {
    const auto given_back = *std::move(account);
  }
  std::this_thread::sleep_for(1500ms);
  {
    const auto given_back = *std::move(vault);
  }
  const auto result = process.wait();
  CHECK(result.out == "new-access\n");
  CHECK_THAT(result.err, Contains(" s for process " + std::to_string(::getpid()) + " ("));
  CHECK(std::ranges::count(result.err, '\n') == 1);
}

TEST_CASE("who waits for the vault's own lock is told who has it") {
  const PindusProfile profile;
  profile.write_vault("{}");
  const auto place = VaultPlace::find(vault_of(profile)).value();
  auto vault = FileLock::take(place, {pindus::vault_lock_byte}, "it", {});
  REQUIRE(vault);
  vault->say_who_holds();
  auto process = profile.start({"signin", "groq", "--api-key"});
  give_key(process);
  CHECK_THAT(process.wait_for(" s for process " + std::to_string(::getpid()) + " ("),
             Contains("), which keeps the credential store locked"));
  {
    const auto given_back = *std::move(vault);
  }
  CHECK(process.wait().exit_code == 0);
  CHECK(profile.stored("/groq/default/key") == api_key);
}

TEST_CASE("who waits for another program's lock directory is told so") {
  const PindusProfile profile;
  profile.write_vault("{}");
  const std::filesystem::path lock = vault_of(profile).string() + ".lock";
  std::filesystem::create_directory(lock);
  auto process = profile.start({"signin", "groq", "--api-key"});
  give_key(process);
  CHECK(process.wait_for(" s for another program, which keeps ") ==
        vault_of(profile).string() + " locked by " + lock.string());
  std::filesystem::remove(lock);
  CHECK(process.wait().exit_code == 0);
  CHECK(profile.stored("/groq/default/key") == api_key);
}

TEST_CASE("who waits with a new token for a vault that is half written is told so") {
  PindusProfile* profile = nullptr;
  std::string whole;
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    whole = profile->vault_text();
    profile->write_vault(whole.substr(0, whole.size() / 2));
    connection.write(token_answer("new-access", "new-refresh"));
  });
  profile = &endpoint.profile;
  auto process = endpoint.profile.start({"auth", "key", "acme"});
  CHECK(process.wait_for(" s for another program, which seems to be writing ") ==
        vault_of(endpoint.profile));
  endpoint.profile.write_vault(whole);
  CHECK(process.wait().out == "new-access\n");
  CHECK(endpoint.profile.stored("/acme/default/refresh") == "new-refresh");
}

TEST_CASE("a short wait for the vault is no matter for words") {
  const PindusProfile profile;
  profile.write_vault("{}");
  const auto place = VaultPlace::find(vault_of(profile)).value();
  auto vault = FileLock::take(place, {pindus::vault_lock_byte}, "it", {});
  REQUIRE(vault);
  auto process = profile.start({"signin", "groq", "--api-key"});
  give_key(process);
  std::this_thread::sleep_for(400ms);
  {
    const auto given_back = *std::move(vault);
  }
  const auto result = process.wait();
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, !Contains("Waiting"));
}
