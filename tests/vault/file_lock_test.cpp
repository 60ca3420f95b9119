#include "core/vault/file_lock.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <thread>

#include "core/base/platform.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/vault/child.hpp"

using namespace std::chrono_literals;
using pindus::FaultKind;
using pindus::FileLock;
using pindus::Result;
using pindus::VaultPlace;
using pindus::test::require;
using pindus::test::start_child;
using pindus::test::TemporaryDirectory;
using pindus::test::wait_for_child;

namespace {

using Clock = std::chrono::steady_clock;

Result<FileLock> take(const VaultPlace& place, std::vector<std::int64_t> bytes) {
  return FileLock::take(place, std::move(bytes), "the account x of p", {}, 30ms);
}

// A child that holds the byte until it is killed.
class Holder {
 public:
  Holder(const VaultPlace& place, std::int64_t byte) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    process_ = start_child([&] {
      const auto lock = take(place, {byte});
      require(lock.has_value(), "take");
      lock->say_who_holds();
      require(::write(ready[1], "x", 1) == 1, "tell");
      ::pause();
      return 0;
    });
    char read = 0;
    REQUIRE(::read(ready[0], &read, 1) == 1);
    ::close(ready[0]);
    ::close(ready[1]);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() {
    if (process_ > 0) end();
  }

  int end() {
    ::kill(process_, SIGKILL);
    return wait_for_child(std::exchange(process_, 0));
  }
  [[nodiscard]] pid_t process() const { return process_; }

 private:
  pid_t process_ = 0;
};

}  // namespace

TEST_CASE("a lock keeps out other threads, and a wait for it ends by time or by a stop") {
  const TemporaryDirectory profile;
  const auto place = VaultPlace::find(profile / "auth.json").value();
  const auto held = take(place, {7});
  REQUIRE(held);
  const auto late = take(place, {7});
  REQUIRE_FALSE(late);
  CHECK(late.error().message.contains("the account x of p locked in " +
                                      (profile / "auth.json.pindus-lock").string()));

  std::stop_source stop;
  const std::jthread stopper([&] {
    std::this_thread::sleep_for(30ms);
    stop.request_stop();
  });
  const auto start = Clock::now();
  const auto stopped = FileLock::take(place, {7}, "it", stop.get_token());
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().kind == FaultKind::aborted);
  CHECK(Clock::now() - start < 1s);
  CHECK(take(place, {8}).has_value());
}

TEST_CASE("a lock ends with the process that held it, also when that is killed") {
  const TemporaryDirectory profile;
  const auto place = VaultPlace::find(profile / "auth.json").value();
  Holder holder(place, 7);
  CHECK_FALSE(take(place, {7}));
  CHECK(holder.end() == 128 + SIGKILL);
  CHECK(take(place, {7}).has_value());
}

TEST_CASE("whoever waits in vain is told which process holds the lock") {
  const TemporaryDirectory profile;
  const auto place = VaultPlace::find(profile / "auth.json").value();
  constexpr std::int64_t near_the_end = std::int64_t{1} << 62;
  const Holder holder(place, near_the_end);
  const auto late = take(place, {near_the_end});
  REQUIRE_FALSE(late);
  const std::string number = std::to_string(holder.process());
  CHECK(late.error().message.contains("process " + number + " (test-vault) has kept"));
  CHECK(late.error().hint == "try again, or end it: kill " + number);
}

TEST_CASE("a process that was stopped (Ctrl-Z) keeps its lock, and the waiter is told") {
  const TemporaryDirectory profile;
  const auto place = VaultPlace::find(profile / "auth.json").value();
  const Holder holder(place, 7);
  REQUIRE(::kill(holder.process(), SIGSTOP) == 0);
  int status = 0;
  REQUIRE(::waitpid(holder.process(), &status, WUNTRACED) == holder.process());
  const auto late = take(place, {7});
  REQUIRE_FALSE(late);
  CHECK(late.error().message.ends_with("and is stopped"));
  CHECK(late.error().hint == "continue it: kill -CONT " + std::to_string(holder.process()));
}

TEST_CASE("a child that a plugin forked keeps no lock that its parent has given back") {
  const TemporaryDirectory profile;
  const auto place = VaultPlace::find(profile / "auth.json").value();
  auto held = take(place, {7}).value();
  const pid_t child = start_child([] {
    ::pause();
    return 0;
  });
  CHECK_FALSE(take(place, {7}));
  {
    const FileLock given_back = std::move(held);
  }
  CHECK(take(place, {7}).has_value());
  ::kill(child, SIGKILL);
  CHECK(wait_for_child(child) == 128 + SIGKILL);
}

TEST_CASE("a child that a plugin forked keeps the lock of a parent that was killed until it ends") {
  const TemporaryDirectory profile;
  const auto place = VaultPlace::find(profile / "auth.json").value();
  int numbers[2];
  REQUIRE(::pipe(numbers) == 0);
  const pid_t parent = start_child([&] {
    const auto lock = take(place, {7});
    require(lock.has_value(), "take");
    const pid_t grandchild = ::fork();
    if (grandchild > 0) {
      require(::write(numbers[1], &grandchild, sizeof grandchild) == sizeof grandchild, "write");
    }
    ::pause();
    return 0;
  });
  pid_t grandchild = 0;
  REQUIRE(::read(numbers[0], &grandchild, sizeof grandchild) == sizeof grandchild);
  ::kill(parent, SIGKILL);
  CHECK(wait_for_child(parent) == 128 + SIGKILL);
  const auto late = take(place, {7});
  REQUIRE_FALSE(late);
  // Not the process that is gone.
  CHECK(late.error().message.starts_with("another process has kept"));
  CHECK(late.error().hint == "find it with: fuser " + (profile / "auth.json.pindus-lock").string());
  ::kill(grandchild, SIGKILL);
  CHECK(FileLock::take(place, {7}, "it", {}, 5s).has_value());
}

TEST_CASE("a holder that keeps its memory from its user is named all the same") {
  const TemporaryDirectory profile;
  REQUIRE(::chmod(profile.path().c_str(), 0777) == 0);
  const int exit_code = pindus::test::run_child([&] {
    if (::geteuid() == 0) pindus::test::become_user(pindus::test::ordinary_user);
    const auto place = VaultPlace::find(profile / "auth.json").value();
    int ready[2];
    require(::pipe(ready) == 0, "pipe");
    const pid_t holder = start_child([&] {
      const pindus::platform::NoCoreDump closed;
      const auto lock = take(place, {7});
      require(lock.has_value(), "take");
      lock->say_who_holds();
      require(::write(ready[1], "x", 1) == 1, "tell");
      ::pause();
      return 0;
    });
    char read = 0;
    require(::read(ready[0], &read, 1) == 1, "read");
    const auto late = take(place, {7});
    ::kill(holder, SIGKILL);
    require(!late && late.error().message.contains("process " + std::to_string(holder)), "named");
    return 0;
  });
  CHECK(exit_code == 0);
}

TEST_CASE("lock bytes near 2^62 are locks of their own") {
  const TemporaryDirectory profile;
  const auto place = VaultPlace::find(profile / "auth.json").value();
  constexpr std::int64_t end = std::int64_t{1} << 62;
  const auto held = take(place, {end, end - 2});
  REQUIRE(held);
  CHECK(take(place, {end - 1, end + 1, 0}).has_value());
  CHECK_FALSE(take(place, {end - 2}));
  CHECK(held->is_held_elsewhere(end) == false);
  const auto other = take(place, {end - 1});
  REQUIRE(other);
  CHECK(held->is_held_elsewhere(end - 1));
}

TEST_CASE("two who want the same locks in another order don't wait for each other for ever") {
  const TemporaryDirectory profile;
  const auto place = VaultPlace::find(profile / "auth.json").value();
  const auto take_often = [&](const std::vector<std::int64_t>& bytes) {
    return start_child([&place, bytes] {
      for (int i = 0; i < 200; ++i) {
        require(FileLock::take(place, bytes, "it", {}, 20s).has_value(), "take");
      }
      return 0;
    });
  };
  const pid_t one = take_often({3, 5, 9, 5});
  const pid_t other = take_often({9, 5, 3});
  CHECK(wait_for_child(one) == 0);
  CHECK(wait_for_child(other) == 0);
}

TEST_CASE("who wants several locks holds none of them while it waits for one") {
  const TemporaryDirectory profile;
  const auto place = VaultPlace::find(profile / "auth.json").value();
  auto held = std::make_optional(take(place, {5}).value());
  Result<FileLock> waiter = pindus::fail(FaultKind::vault, "");
  std::jthread thread([&] { waiter = FileLock::take(place, {3, 5, 9}, "it", {}, 20s); });
  std::this_thread::sleep_for(50ms);
  CHECK(FileLock::take(place, {3, 9}, "it", {}, 5s).has_value());
  held.reset();
  thread.join();
  REQUIRE(waiter);
  CHECK(waiter->bytes() == std::vector<std::int64_t>{3, 5, 9});
  CHECK_FALSE(take(place, {9}));
}

TEST_CASE("a lock file that was deleted under its holder is noticed by whoever locks it next") {
  const TemporaryDirectory profile;
  const auto place = VaultPlace::find(profile / "auth.json").value();
  const auto held = take(place, {7}).value();
  CHECK(held.is_current(place));
  std::filesystem::remove(profile / "auth.json.pindus-lock");
  CHECK_FALSE(held.is_current(place));
  const auto fresh = take(place, {7});
  REQUIRE(fresh);
  CHECK(fresh->is_current(place));
  CHECK_FALSE(take(place, {7}));
}

TEST_CASE("a waiter whose lock file was deleted while it waited locks the new one") {
  const TemporaryDirectory profile;
  const auto place = VaultPlace::find(profile / "auth.json").value();
  auto held = std::make_optional(take(place, {7}).value());
  Result<FileLock> waiter = pindus::fail(FaultKind::vault, "");
  std::jthread thread([&] { waiter = FileLock::take(place, {7}, "it", {}, 20s); });
  std::this_thread::sleep_for(50ms);
  std::filesystem::remove(profile / "auth.json.pindus-lock");
  held.reset();
  thread.join();
  REQUIRE(waiter);
  CHECK(waiter->is_current(place));
}
