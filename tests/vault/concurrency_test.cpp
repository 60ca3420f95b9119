#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include "tests/support/temporary_directory.hpp"
#include "tests/support/vaults.hpp"
#include "tests/vault/child.hpp"
#include "tests/vault/scripted_refresher.hpp"

using namespace std::chrono_literals;
using pindus::Account;
using pindus::OAuthCredentials;
using pindus::OnExisting;
using pindus::Secret;
using pindus::test::DiskVault;
using pindus::test::read_file;
using pindus::test::require;
using pindus::test::ScriptedRefresher;
using pindus::test::start_child;
using pindus::test::TemporaryDirectory;
using pindus::test::tokens;
using pindus::test::vault_text;
using pindus::test::wait_for_child;
using pindus::test::write_file;

namespace {

using Clock = std::chrono::steady_clock;

void append_line(const std::filesystem::path& path, const std::string& line) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  require(::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()), "append");
  ::close(file);
}

// A program that never heard of locks: it writes the file in place, with a pause in the middle.
void write_in_place(const std::filesystem::path& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  const std::size_t half = text.size() / 2;
  require(::write(file, text.data(), half) == static_cast<ssize_t>(half), "write");
  std::this_thread::sleep_for(2ms);
  const auto rest = text.substr(half);
  require(::write(file, rest.data(), rest.size()) == static_cast<ssize_t>(rest.size()), "write");
  ::close(file);
}

}  // namespace

TEST_CASE("no writer of many loses what it wrote") {
  constexpr int processes = 8;
  constexpr int accounts = 10;
  const TemporaryDirectory home;
  std::vector<pid_t> writers;
  for (int p = 0; p < processes; ++p) {
    writers.push_back(start_child([&] {
      DiskVault vault(home / "profile");
      for (int a = 0; a < accounts; ++a) {
        const std::string name = "w" + std::to_string(p) + "-" + std::to_string(a);
        require(vault.put_api_key({"p", name}, Secret(std::string_view("k")), OnExisting::refuse)
                    .has_value(),
                "put");
        if (a % 2 == 1) require(vault.remove({"p", name}).value_or(false), "remove");
      }
      return 0;
    }));
  }
  for (const pid_t writer : writers) CHECK(wait_for_child(writer) == 0);
  DiskVault vault(home / "profile");
  CHECK(vault.list_accounts("p").value().size() == processes * accounts / 2);
  CHECK(std::distance(std::filesystem::directory_iterator(home / "profile"), {}) == 2);
}

TEST_CASE("32 processes with an expired token make one request and get the same token") {
  constexpr int processes = 32;
  constexpr auto round_trip = 200ms;
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", -1));
  const auto requests = profile / "requests";
  const auto handed_out = profile / "handed-out";
  const auto start = Clock::now() + 300ms;  // by then all of them wait
  std::vector<pid_t> readers;
  for (int i = 0; i < processes; ++i) {
    readers.push_back(start_child([&] {
      ScriptedRefresher refresher([&](const OAuthCredentials&, auto) {
        append_line(requests, "r");
        std::this_thread::sleep_for(round_trip);
        return tokens("token-of-" + std::to_string(::getpid()), "r2");
      });
      DiskVault vault(profile.path(), &refresher);
      std::this_thread::sleep_until(start);
      const auto key = vault.read_usable_key("p", std::nullopt);
      if (!key || !*key) return 1;
      append_line(handed_out, std::string((*key)->key.view()) + "\n");
      return 0;
    }));
  }
  for (const pid_t reader : readers) CHECK(wait_for_child(reader) == 0);
  CHECK(read_file(requests) == "r");
  const std::string lines = read_file(handed_out);
  const std::string first = lines.substr(0, lines.find('\n') + 1);
  std::string expected;
  for (int i = 0; i < processes; ++i) expected += first;
  CHECK(lines == expected);
}

TEST_CASE("another program that writes in place meanwhile meets no torn file and makes no fault") {
  const TemporaryDirectory profile;
  const auto file = profile / "auth.json";
  write_file(file, R"({"theirs": {"n": 0}, "p": {"a": {"kind": "apiKey", "key": "k"}}})");
  const pid_t other = start_child([&] {
    bool held_up = false;
    for (int i = 0; i < 20; ++i) {
      const std::string text = read_file(file);
      require(pindus::VaultDocument::parse(pindus::SecretText(text), "auth.json").has_value(),
              "a torn file");
      const auto start = Clock::now();
      write_in_place(file, text);
      held_up = held_up || Clock::now() - start > 80ms;
      std::this_thread::sleep_for(20ms);
    }
    return held_up ? pindus::test::exit_skipped : 0;
  });
  DiskVault vault(profile.path());
  std::vector<std::string> faults;
  const auto note = [&](const auto& result) {
    if (!result) faults.push_back(result.error().message);
  };
  for (int i = 0; i < 60; ++i) {
    note(vault.put_api_key({"p", "w"}, Secret(std::string_view("k")), OnExisting::replace));
    note(vault.list_providers());
    note(vault.read_usable_key("p", "a"));
    std::this_thread::sleep_for(5ms);
  }
  const int exit_code = wait_for_child(other);
  if (exit_code == pindus::test::exit_skipped) {
    return pindus::test::skip("a write took longer than a reader waits: the machine is too busy");
  }
  CHECK(exit_code == 0);
  CHECK(faults == std::vector<std::string>());
  CHECK(read_file(file).find(R"("theirs": {"n": 0})") != std::string::npos);
}

TEST_CASE("an account's lock byte is the same in every version") {
  CHECK(Account{"", ""}.lock_byte() == 1 + static_cast<std::int64_t>(0xaf63bd4c8601b7df >> 2));
  CHECK(Account{"OpenAI", "a"}.lock_byte() == Account{"openai", "a"}.lock_byte());
  CHECK(Account{"openai", "A"}.lock_byte() != Account{"openai", "a"}.lock_byte());
  CHECK(Account{"ab", "c"}.lock_byte() != Account{"a", "bc"}.lock_byte());
}
