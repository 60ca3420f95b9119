#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <ctime>
#include <filesystem>

#include "core/vault/file_snapshot.hpp"
#include "core/vault/left_over.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/vaults.hpp"
#include "tests/vault/child.hpp"
#include "tests/vault/scripted_refresher.hpp"

using namespace std::chrono_literals;
using pindus::OAuthCredentials;
using pindus::OnExisting;
using pindus::Secret;
using pindus::SecretText;
using pindus::VaultDocument;
using pindus::test::DiskVault;
using pindus::test::kill_at_every_system_call;
using pindus::test::KillFrom;
using pindus::test::read_file;
using pindus::test::refused;
using pindus::test::ScriptedRefresher;
using pindus::test::TemporaryDirectory;
using pindus::test::tokens;
using pindus::test::vault_text;
using pindus::test::write_file;

namespace {

constexpr std::string_view no_ptrace = "ptrace isn't permitted here";

std::size_t left_over_files(const std::filesystem::path& profile) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(profile)) {
    if (entry.path().extension() == ".new") ++count;
  }
  return count;
}

// What a killed writer leaves for programs with proper-lockfile, as it is a while later.
void age_lock_directory(const std::filesystem::path& profile) {
  const timespec then[2] = {{::time(nullptr) - 60, 0}, {::time(nullptr) - 60, 0}};
  ::utimensat(AT_FDCWD, (profile / "auth.json.lock").c_str(), then, 0);
}

bool is_whole(const std::string& text) {
  return !text.empty() && VaultDocument::parse(SecretText(text), "auth.json").has_value();
}

// What a refresh leaves beside the vault that is killed when all is written but the name; its path.
std::filesystem::path leave_grant(const std::filesystem::path& profile, std::string_view text) {
  const auto place = pindus::VaultPlace::find(profile / "auth.json").value();
  const auto now = pindus::read_vault(place, 0ms, {}).value();
  const pindus::Account account{"p", "default"};
  const pindus::Stake stake{account.lock_byte(), pindus::token_mark(now.document.record(account))};
  const auto path = place.beside(pindus::replacement_name(place, stake));
  write_file(path, text);
  ::chmod(path.c_str(), 0600);
  return path;
}

// A profile to start in: the one that has the file, or another whose auth.json is a link to it.
std::filesystem::path start_in(const TemporaryDirectory& home, bool by_link) {
  std::filesystem::create_directory(home / "real");
  if (!by_link) return home / "real";
  std::filesystem::create_directory(home / "other");
  std::filesystem::create_symlink("../real/auth.json", home / "other" / "auth.json");
  return home / "other";
}

}  // namespace

TEST_CASE("the killer finds the torn files of a writer that writes in place") {
  const TemporaryDirectory profile;
  const auto file = profile / "auth.json";
  const std::string next = vault_text("b", "r2", 60);
  int torn = 0;
  const int kills = kill_at_every_system_call(
      KillFrom::start, [&] { write_file(file, vault_text("a", "r", 60)); },
      [&] {
        const int descriptor = ::open(file.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
        const std::size_t half = next.size() / 2;
        const bool written = ::write(descriptor, next.data(), half) > 0 &&
                             ::write(descriptor, next.data() + half, next.size() - half) > 0;
        return written ? 0 : 1;
      },
      [&](bool) { torn += is_whole(read_file(file)) ? 0 : 1; });
  if (kills < 0) return pindus::test::skip(no_ptrace);
  CHECK(kills >= 6);
  CHECK(torn >= 2);
}

TEST_CASE("a write that is killed at any system call leaves the old file or the new one") {
  const bool by_link = GENERATE(false, true);
  const TemporaryDirectory home;
  const auto profile = start_in(home, by_link);
  const auto file = home / "real" / "auth.json";
  const std::string before = vault_text("a", "r", 60);
  int kept = 0;
  int replaced = 0;
  const int kills = kill_at_every_system_call(
      KillFrom::start, [&] { write_file(file, before); },
      [&] {
        DiskVault vault(profile);
        return vault.put_api_key({"q", "default"}, Secret(std::string_view("k")),
                                 OnExisting::replace)
                   ? 0
                   : 1;
      },
      [&](bool) {
        const std::string after = read_file(file);
        (after == before ? kept : replaced) += 1;
        REQUIRE(is_whole(after));
        REQUIRE(left_over_files(home / "real") <= 1);
        // The lock died with its holder, and what it left is in nobody's way.
        age_lock_directory(home / "real");
        DiskVault vault(profile);
        const auto next =
            vault.put_api_key({"q", "default"}, Secret(std::string_view("l")), OnExisting::replace);
        REQUIRE(next.has_value());
        REQUIRE(left_over_files(home / "real") == 0);
        REQUIRE_FALSE(std::filesystem::exists(home / "real" / "auth.json.lock"));
      });
  if (kills < 0) return pindus::test::skip(no_ptrace);
  CHECK(kept > 10);
  CHECK(replaced > 2);
  CHECK(std::filesystem::is_symlink(profile / "auth.json") == by_link);
}

TEST_CASE("a first write that is killed leaves no file or a whole one") {
  const TemporaryDirectory home;
  const auto profile = home / "made" / "profile";
  const int kills = kill_at_every_system_call(
      KillFrom::start, [&] { std::filesystem::remove_all(home / "made"); },
      [&] {
        DiskVault vault(profile);
        return vault.put_api_key({"q", "default"}, Secret(std::string_view("k")),
                                 OnExisting::refuse)
                   ? 0
                   : 1;
      },
      [&](bool killed) {
        const auto file = profile / "auth.json";
        REQUIRE((killed || std::filesystem::exists(file)));
        REQUIRE((!std::filesystem::exists(file) || is_whole(read_file(file))));
      });
  if (kills < 0) return pindus::test::skip(no_ptrace);
  CHECK(kills > 20);
}

TEST_CASE("a refresh that is killed after the answer hands out nothing that isn't kept") {
  const bool by_link = GENERATE(false, true);
  const TemporaryDirectory home;
  const auto profile = start_in(home, by_link);
  const auto file = home / "real" / "auth.json";
  const auto handed_out = home / "handed-out";
  const std::string before = vault_text("a", "r", -1);
  int asked_again = 0;
  int taken_up = 0;
  int replaced = 0;
  const int kills = kill_at_every_system_call(
      KillFrom::stop,
      [&] {
        write_file(file, before);
        std::filesystem::remove(handed_out);
      },
      [&] {
        ScriptedRefresher refresher([](const OAuthCredentials&, auto) {
          ::raise(SIGSTOP);  // from here on the killer counts
          return tokens("b", "r2");
        });
        DiskVault vault(profile, &refresher);
        const auto key = vault.read_usable_key("p", std::nullopt);
        if (!key || !*key) return 1;
        write_file(handed_out, (*key)->key.view());
        return 0;
      },
      [&](bool) {
        const std::string after = read_file(file);
        REQUIRE(is_whole(after));
        const bool is_old = after == before;
        REQUIRE((is_old || after.find("\"refresh\": \"r2\"") != std::string::npos));
        REQUIRE((!is_old || !std::filesystem::exists(handed_out)));
        age_lock_directory(home / "real");
        ScriptedRefresher refresher(
            [](const OAuthCredentials&, auto) { return tokens("c", "r3"); });
        DiskVault vault(profile, &refresher);
        const auto key = vault.read_usable_key("p", std::nullopt);
        REQUIRE((key && *key));
        const bool is_kept = (*key)->key.view() == "b";
        REQUIRE(refresher.requests() == (is_kept ? 0 : 1));
        REQUIRE((is_old || is_kept));
        (!is_kept ? asked_again : is_old ? taken_up : replaced) += 1;
        REQUIRE(left_over_files(home / "real") == 0);
      });
  if (kills < 0) return pindus::test::skip(no_ptrace);
  // Until its text was written the grant was in memory only.
  CHECK(asked_again > 2);
  CHECK(taken_up > 5);
  CHECK(replaced > 2);
}

TEST_CASE("a take-up of what a crash left that is itself killed loses nothing") {
  const TemporaryDirectory profile;
  const auto file = profile / "auth.json";
  const std::string before = vault_text("a", "r", -1);
  // A refresh that was killed when its replacement was complete.
  write_file(file, before);
  const std::string grant = vault_text("b", "r2", 3600);
  const auto left_over = leave_grant(profile.path(), grant);
  int old = 0;
  const int kills = kill_at_every_system_call(
      KillFrom::start,
      [&] {
        write_file(file, before);
        write_file(left_over, grant);
        ::chmod(left_over.c_str(), 0600);
      },
      [&] {
        ScriptedRefresher refresher([](const OAuthCredentials&, auto) { return refused(); });
        DiskVault vault(profile.path(), &refresher);
        const auto key = vault.read_usable_key("p", std::nullopt);
        return key && *key && (*key)->key.view() == "b" ? 0 : 1;
      },
      [&](bool) {
        old += read_file(file) == before ? 1 : 0;
        age_lock_directory(profile.path());
        ScriptedRefresher refresher([](const OAuthCredentials&, auto) { return refused(); });
        DiskVault vault(profile.path(), &refresher);
        const auto key = vault.read_usable_key("p", std::nullopt);
        REQUIRE((key && *key && (*key)->key.view() == "b"));
      });
  if (kills < 0) return pindus::test::skip(no_ptrace);
  CHECK(kills > 20);
  CHECK(old > 10);
  CHECK(read_file(file).contains("r2"));
}
