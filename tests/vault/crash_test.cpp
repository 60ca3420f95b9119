#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/temporary_directory.hpp"
#include "tests/support/vaults.hpp"
#include "tests/vault/child.hpp"
#include "tests/vault/scripted_refresher.hpp"

using pindus::OAuthCredentials;
using pindus::OnExisting;
using pindus::Secret;
using pindus::SecretText;
using pindus::VaultDocument;
using pindus::test::DiskVault;
using pindus::test::kill_at_every_system_call;
using pindus::test::KillFrom;
using pindus::test::read_file;
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

bool is_whole(const std::string& text) {
  return !text.empty() && VaultDocument::parse(SecretText(text), "auth.json").has_value();
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
  const TemporaryDirectory profile;
  const auto file = profile / "auth.json";
  const std::string before = vault_text("a", "r", 60);
  int kept = 0;
  int replaced = 0;
  const int kills = kill_at_every_system_call(
      KillFrom::start, [&] { write_file(file, before); },
      [&] {
        DiskVault vault(profile.path());
        return vault.put_api_key({"q", "default"}, Secret(std::string_view("k")),
                                 OnExisting::replace)
                   ? 0
                   : 1;
      },
      [&](bool) {
        const std::string after = read_file(file);
        (after == before ? kept : replaced) += 1;
        REQUIRE(is_whole(after));
        REQUIRE(left_over_files(profile.path()) <= 1);
        // The lock died with its holder, and what it left is in nobody's way.
        DiskVault vault(profile.path());
        const auto next =
            vault.put_api_key({"q", "default"}, Secret(std::string_view("l")), OnExisting::replace);
        REQUIRE(next.has_value());
        REQUIRE(left_over_files(profile.path()) == 0);
      });
  if (kills < 0) return pindus::test::skip(no_ptrace);
  CHECK(kept > 10);
  CHECK(replaced > 2);
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

TEST_CASE("a refresh that is killed after the answer hands out nothing that isn't stored") {
  const TemporaryDirectory profile;
  const auto file = profile / "auth.json";
  const auto handed_out = profile / "handed-out";
  const std::string before = vault_text("a", "r", -1);
  int kept = 0;
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
        DiskVault vault(profile.path(), &refresher);
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
        (is_old ? kept : replaced) += 1;
        ScriptedRefresher refresher(
            [](const OAuthCredentials&, auto) { return tokens("c", "r3"); });
        DiskVault vault(profile.path(), &refresher);
        REQUIRE(vault.read_usable_key("p", std::nullopt).has_value());
        REQUIRE(refresher.requests() == (is_old ? 1 : 0));
      });
  if (kills < 0) return pindus::test::skip(no_ptrace);
  CHECK(kept > 5);
  CHECK(replaced > 2);
}
