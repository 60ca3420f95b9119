// auth.json.lock, the directory by which programs with proper-lockfile lock the same file.
#include "core/vault/lock_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <thread>

#include "tests/support/temporary_directory.hpp"
#include "tests/support/vaults.hpp"
#include "tests/vault/child.hpp"
#include "tests/vault/scripted_refresher.hpp"

using namespace std::chrono_literals;
using pindus::FaultKind;
using pindus::LockDirectory;
using pindus::OAuthCredentials;
using pindus::OnExisting;
using pindus::Result;
using pindus::Secret;
using pindus::VaultPlace;
using pindus::test::DiskVault;
using pindus::test::read_file;
using pindus::test::refused;
using pindus::test::ScriptedRefresher;
using pindus::test::TemporaryDirectory;
using pindus::test::vault_text;
using pindus::test::write_file;

namespace {

using Clock = std::chrono::steady_clock;

Result<void> put(DiskVault& vault) {
  return vault.put_api_key({"p", "x"}, Secret(std::string_view("k")), OnExisting::replace);
}

void set_age(const std::filesystem::path& directory, std::time_t seconds) {
  const timespec then[2] = {{std::time(nullptr) - seconds, 0}, {std::time(nullptr) - seconds, 0}};
  REQUIRE(::utimensat(AT_FDCWD, directory.c_str(), then, 0) == 0);
}

}  // namespace

TEST_CASE("another program that holds auth.json.lock is waited for, and what it wrote is kept") {
  const TemporaryDirectory profile;
  const auto directory = profile / "auth.json.lock";
  write_file(profile / "auth.json", "{}\n");
  std::filesystem::create_directory(directory);
  const auto start = Clock::now();
  const std::jthread other([&] {
    std::this_thread::sleep_for(300ms);
    write_file(profile / "auth.json", R"({"theirs": 1})");
    std::filesystem::remove(directory);
  });
  DiskVault vault(profile.path());
  REQUIRE(put(vault));
  CHECK(Clock::now() - start >= 300ms);
  CHECK(read_file(profile / "auth.json").contains(R"("theirs": 1)"));
  CHECK_FALSE(std::filesystem::exists(directory));
}

TEST_CASE("a token that another program refreshes under auth.json.lock is not asked for again") {
  const TemporaryDirectory profile;
  const auto directory = profile / "auth.json.lock";
  write_file(profile / "auth.json", vault_text("a", "r", -1));
  std::filesystem::create_directory(directory);
  const std::jthread other([&] {
    std::this_thread::sleep_for(200ms);
    write_file(profile / "auth.json", vault_text("theirs", "r2", 3600));
    std::filesystem::remove(directory);
  });
  ScriptedRefresher refresher([](const OAuthCredentials&, auto) { return refused(); });
  DiskVault vault(profile.path(), &refresher);
  CHECK(vault.read_usable_key("p", std::nullopt).value()->key.view() == "theirs");
  CHECK(refresher.requests() == 0);
}

TEST_CASE("an auth.json.lock that is older than 30 s is nobody's") {
  const TemporaryDirectory profile;
  const auto directory = profile / "auth.json.lock";
  std::filesystem::create_directory(directory);
  set_age(directory, 31);
  DiskVault vault(profile.path());
  const auto start = Clock::now();
  REQUIRE(put(vault));
  CHECK(Clock::now() - start < 10s);
  CHECK_FALSE(std::filesystem::exists(directory));
}

TEST_CASE("an auth.json.lock that is kept ends the wait with a fault that says how to go on") {
  const TemporaryDirectory profile;
  const auto directory = profile / "auth.json.lock";
  const auto place = VaultPlace::find(profile / "auth.json").value();
  std::filesystem::create_directory(directory);
  const auto late = LockDirectory::take(place, {}, 50ms);
  REQUIRE_FALSE(late);
  CHECK(late.error().message.contains("locked by " + directory.string()));
  CHECK(late.error().hint == "if none is running: rmdir " + directory.string());
  CHECK(std::filesystem::exists(directory));

  std::stop_source stop;
  stop.request_stop();
  CHECK(LockDirectory::take(place, stop.get_token(), 20s).error().kind == FaultKind::aborted);
}

TEST_CASE("what a crash of ours left of auth.json.lock is waited for 2 s, by any clock") {
  const TemporaryDirectory profile;
  const auto directory = profile / "auth.json.lock";
  const auto place = VaultPlace::find(profile / "auth.json").value();
  for (const std::time_t age : {0, -3600}) {
    REQUIRE(::mkdir(directory.c_str(), 01700) == 0);
    set_age(directory, age);
    const auto start = Clock::now();
    REQUIRE(LockDirectory::take(place, {}, 20s).has_value());
    CHECK(Clock::now() - start > 1s);
    CHECK(Clock::now() - start < 20s);
    CHECK_FALSE(std::filesystem::exists(directory));
  }
}

TEST_CASE("while it is held nobody else can make auth.json.lock, and theirs is never removed") {
  const TemporaryDirectory profile;
  const auto directory = profile / "auth.json.lock";
  const auto place = VaultPlace::find(profile / "auth.json").value();
  {
    const auto held = LockDirectory::take(place, {}, 20s);
    REQUIRE(held);
    CHECK(::mkdir(directory.c_str(), 0777) == -1);
    // Somebody took it for left over, and has it now.
    std::filesystem::remove(directory);
    std::filesystem::create_directory(directory);
  }
  CHECK(std::filesystem::is_directory(directory));
}

TEST_CASE("another thing with the name auth.json.lock is left alone, and in nobody's way") {
  const TemporaryDirectory profile;
  const auto name = profile / "auth.json.lock";
  DiskVault vault(profile.path());
  write_file(name, "a program's own");
  REQUIRE(put(vault));
  CHECK(read_file(name) == "a program's own");

  std::filesystem::remove(name);
  write_file(name / "file", "in a folder");
  set_age(name, 60);
  REQUIRE(put(vault));
  REQUIRE(vault.put_api_key({"p", "y"}, Secret(std::string_view("k")), OnExisting::refuse));
  CHECK(read_file(name / "file") == "in a folder");
}
