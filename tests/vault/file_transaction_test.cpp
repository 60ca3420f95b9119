// A change of the vault ends by its deadline, whatever keeps it from being done.
#include "core/vault/file_transaction.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <thread>

#include "tests/support/temporary_directory.hpp"
#include "tests/support/vaults.hpp"
#include "tests/vault/scripted_refresher.hpp"

using namespace std::chrono_literals;
using pindus::Deadline;
using pindus::FileTransaction;
using pindus::Result;
using pindus::SecretText;
using pindus::VaultDocument;
using pindus::VaultNotes;
using pindus::VaultPlace;
using pindus::test::read_file;
using pindus::test::TemporaryDirectory;
using pindus::test::vault_text;
using pindus::test::write_file;

namespace {

using Clock = std::chrono::steady_clock;

// What a holder of an account does when its answer has come: it waits as long as it may.
Result<void> change_until(const VaultPlace& place, Deadline deadline) {
  VaultNotes notes;
  auto transaction = TRY(FileTransaction::begin(place, notes, {}, deadline));
  std::optional<pindus::ReplacementFile> replacement;
  const auto edit = [](const VaultDocument&) -> Result<SecretText> { return SecretText("{}\n"); };
  return transaction.change(edit, replacement, {}, 1h, {});
}

}  // namespace

TEST_CASE("a lock is never held for as long as it is waited for") {
  STATIC_REQUIRE(pindus::longest_hold < pindus::lock_wait_limit);
}

TEST_CASE("a change that waits for a half-written vault ends by its deadline") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", "{\"half");
  const auto place = VaultPlace::find(profile / "auth.json").value();
  const auto start = Clock::now();
  CHECK_FALSE(change_until(place, start + 200ms));
  CHECK(Clock::now() - start >= 200ms);
  CHECK(Clock::now() - start < 10s);
  CHECK(read_file(profile / "auth.json") == "{\"half");
}

TEST_CASE("a change that waits for another program's auth.json.lock ends by its deadline") {
  const TemporaryDirectory profile;
  const std::string before = vault_text("a", "r", 3600);
  write_file(profile / "auth.json", before);
  std::filesystem::create_directory(profile / "auth.json.lock");
  const auto place = VaultPlace::find(profile / "auth.json").value();
  const auto start = Clock::now();
  CHECK_FALSE(change_until(place, start + 200ms));
  CHECK(Clock::now() - start < 10s);
  CHECK(read_file(profile / "auth.json") == before);
}

TEST_CASE("a change that waits for another one ends by its deadline, and then goes first time") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", 3600));
  const auto place = VaultPlace::find(profile / "auth.json").value();
  {
    VaultNotes notes;
    const auto other = FileTransaction::begin(place, notes, {});
    REQUIRE(other);
    const auto start = Clock::now();
    CHECK_FALSE(change_until(place, start + 100ms));
    CHECK(Clock::now() - start < 10s);
  }
  CHECK(change_until(place, Clock::now() + 20s));
  CHECK(read_file(profile / "auth.json") == "{}\n");
}
