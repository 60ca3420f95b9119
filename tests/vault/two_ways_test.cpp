// One vault that is reached by several ways: what one of them stores the others must not lose.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include "core/vault/left_over.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/vaults.hpp"
#include "tests/vault/child.hpp"
#include "tests/vault/scripted_refresher.hpp"

using namespace std::chrono_literals;
using pindus::OAuthCredentials;
using pindus::OnExisting;
using pindus::Secret;
using pindus::VaultPlace;
using pindus::test::DiskVault;
using pindus::test::enter_mount_namespace;
using pindus::test::exit_skipped;
using pindus::test::read_file;
using pindus::test::require;
using pindus::test::run_child;
using pindus::test::ScriptedRefresher;
using pindus::test::start_child;
using pindus::test::TemporaryDirectory;
using pindus::test::tokens;
using pindus::test::vault_text;
using pindus::test::wait_for_child;
using pindus::test::write_file;

namespace {

// In a mount namespace: profiles that all lead to the vault in home/real.
std::vector<std::filesystem::path> ways_to(const TemporaryDirectory& home) {
  const auto real = home / "real";
  for (const auto& folder : {real, home / "linked", home / "chained", home / "mounted"}) {
    std::filesystem::create_directories(folder);
  }
  std::filesystem::create_symlink("../real/auth.json", home / "linked" / "auth.json");
  std::filesystem::create_symlink(home / "linked" / "auth.json", home / "chained" / "auth.json");
  std::filesystem::create_directory_symlink("real", home / "folder");
  std::vector<std::filesystem::path> ways = {real, home / "linked", home / "chained",
                                             home / "folder", home / "real/../folder"};
  if (::mount(real.c_str(), (home / "mounted").c_str(), nullptr, MS_BIND, nullptr) != 0) {
    return {};
  }
  ways.push_back(home / "mounted");
  return ways;
}

void require_all_end_well(const std::vector<pid_t>& processes) {
  for (const pid_t process : processes) require(wait_for_child(process) == 0, "a process failed");
}

void check(int exit_code) {
  if (exit_code == exit_skipped) {
    return pindus::test::skip("mount namespaces aren't permitted here");
  }
  CHECK(exit_code == 0);
}

}  // namespace

TEST_CASE("one vault by a link, a mount and its own path: no writer loses what it wrote") {
  // Few, since each is written through to the disk, and whoever waits for 45 s gives up.
  constexpr int accounts = 5;
  const TemporaryDirectory home;
  check(run_child([&] {
    if (!enter_mount_namespace()) return exit_skipped;
    const auto ways = ways_to(home);
    if (ways.empty()) return exit_skipped;
    std::vector<pid_t> writers;
    for (std::size_t p = 0; p < 2 * ways.size(); ++p) {
      writers.push_back(start_child([&, p] {
        DiskVault vault(ways[p % ways.size()]);
        for (int a = 0; a < accounts; ++a) {
          const std::string name = "w" + std::to_string(p) + "-" + std::to_string(a);
          require(vault.put_api_key({"p", name}, Secret(std::string_view("k")), OnExisting::refuse)
                      .has_value(),
                  "put");
        }
        return 0;
      }));
    }
    require_all_end_well(writers);
    DiskVault vault(home / "real");
    const auto stored = vault.list_accounts("p").value();
    require(stored.size() == 2 * ways.size() * accounts, "an account is lost");
    require(std::filesystem::is_symlink(home / "linked" / "auth.json"), "the link");
    require(std::distance(std::filesystem::directory_iterator(home / "real"), {}) == 2,
            "nothing but vault and lock");
    require(std::distance(std::filesystem::directory_iterator(home / "linked"), {}) == 1,
            "no lock beside a link");
    return 0;
  }));
}

TEST_CASE("two profiles with one vault by a link: refreshes end in one whole file") {
  const TemporaryDirectory home;
  check(run_child([&] {
    if (!enter_mount_namespace()) return exit_skipped;
    const auto ways = ways_to(home);
    if (ways.empty()) return exit_skipped;
    // Twice so that a token of 30 s, which is never beyond the usual margin, is refreshed twice.
    for (const std::string& round : {std::string("first"), std::string("second")}) {
      write_file(home / "real" / "auth.json", vault_text("old", "r-" + round, -1));
      const auto start = std::chrono::steady_clock::now() + 300ms;
      std::vector<pid_t> readers;
      for (int i = 0; i < 32; ++i) {
        readers.push_back(start_child([&, i] {
          ScriptedRefresher refresher([&](const OAuthCredentials& sent, auto) {
            const int file = ::open((home / ("requests-" + round)).c_str(),
                                    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
            require(::write(file, "r", 1) == 1, "note the request");
            ::close(file);
            require(sent.refresh.view() == "r-" + round, "the refresh token that is sent");
            std::this_thread::sleep_for(100ms);
            return tokens("new-" + round, "r2", 30);
          });
          DiskVault vault(ways[static_cast<std::size_t>(i) % ways.size()], &refresher);
          std::this_thread::sleep_until(start);
          const auto key = vault.read_usable_key("p", std::nullopt);
          require(key && *key && (*key)->key.view() == "new-" + round, "the token");
          return 0;
        }));
      }
      require_all_end_well(readers);
      require(read_file(home / ("requests-" + round)) == "r", "one request");
      require(!read_file(home / "real" / "auth.json").contains('\0'), "no reserved zeros");
    }
    return 0;
  }));
}

TEST_CASE("somebody else's file in the replacement's place is neither published nor removed") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", -1));
  std::filesystem::path swapped;
  ScriptedRefresher refresher([&](const OAuthCredentials&, auto) {
    const auto place = VaultPlace::find(profile / "auth.json").value();
    const auto under_way = pindus::list_left_overs(place);
    require(under_way.size() == 1, "the replacement that was reserved");
    swapped = place.beside(under_way.front().name);
    write_file(profile / "theirs", "not a vault");
    std::filesystem::rename(profile / "theirs", swapped);
    return tokens("b", "r2");
  });
  DiskVault vault(profile.path(), &refresher);
  const auto key = vault.read_usable_key("p", std::nullopt);
  REQUIRE((key && *key));
  CHECK((*key)->key.view() == "b");
  CHECK(read_file(profile / "auth.json").contains("r2"));
  CHECK(read_file(swapped) == "not a vault");
}

TEST_CASE("a replacement that somebody removed is made anew") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", -1));
  ScriptedRefresher refresher([&](const OAuthCredentials&, auto) {
    for (const auto& entry : std::filesystem::directory_iterator(profile.path())) {
      if (entry.path().extension() == ".new") std::filesystem::remove(entry.path());
    }
    return tokens("b", "r2");
  });
  DiskVault vault(profile.path(), &refresher);
  CHECK(vault.read_usable_key("p", std::nullopt).value()->key.view() == "b");
  CHECK(read_file(profile / "auth.json").contains("r2"));
}

TEST_CASE("a lock file that is deleted while a vault is written leaves one writer at a time") {
  constexpr int writers = 6;
  constexpr int accounts = 20;
  const TemporaryDirectory profile;
  const auto lock = profile / "auth.json.pindus-lock";
  std::vector<pid_t> processes;
  for (int p = 0; p < writers; ++p) {
    processes.push_back(start_child([&, p] {
      DiskVault vault(profile.path());
      for (int a = 0; a < accounts; ++a) {
        const std::string name = "w" + std::to_string(p) + "-" + std::to_string(a);
        if (a % 5 == p % 5) ::unlink(lock.c_str());
        require(vault.put_api_key({"p", name}, Secret(std::string_view("k")), OnExisting::refuse)
                    .has_value(),
                "put");
      }
      return 0;
    }));
  }
  for (const pid_t process : processes) CHECK(wait_for_child(process) == 0);
  DiskVault vault(profile.path());
  CHECK(vault.list_accounts("p").value().size() == writers * accounts);
}
