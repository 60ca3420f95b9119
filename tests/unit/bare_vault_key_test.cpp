// The kernel's own keyring, which a test can't make for itself: each key here has a name that
// nobody else uses.

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

#include "core/bare/vault_key.hpp"

using pindus::bare::find_vault_key;
using pindus::bare::forget_vault_key;
using pindus::bare::keep_vault_key;
using pindus::bare::Text;

namespace {

using Key = unsigned char[pindus::bare::vault_key_size];

constexpr long join_session_keyring = 1;

// A name in the keyring, which is free again afterwards.
struct Name {
  Name() {
    static unsigned count = 0;
    char digits[17];
    std::snprintf(digits, sizeof digits, "%08x%08x", static_cast<unsigned>(::getpid()), count++);
    text = digits;
    error = keep_vault_key(bare(), Key{1}, 60);
    if (error != 0) WARN("SKIPPED: the kernel's keyring can't be used: " << std::strerror(error));
  }
  Name(const Name&) = delete;
  Name& operator=(const Name&) = delete;
  ~Name() { static_cast<void>(forget_vault_key(bare())); }

  [[nodiscard]] Text bare() const { return {text.data(), text.size()}; }
  // The first byte of the key that is found; -1: none.
  [[nodiscard]] int found() const {
    Key bytes = {};
    return find_vault_key(bare(), bytes) ? bytes[0] : -1;
  }

  std::string text;
  int error = 0;
};

}  // namespace

TEST_CASE("a key is found until it is forgotten, and the last one of a name counts") {
  const Name name;
  if (name.error != 0) return;
  CHECK(name.found() == 1);
  CHECK(keep_vault_key(name.bare(), Key{2}, 0) == 0);
  CHECK(name.found() == 2);
  CHECK(forget_vault_key(name.bare()) == 0);
  CHECK(name.found() == -1);
  CHECK(forget_vault_key(name.bare()) == ENOKEY);
  CHECK(keep_vault_key(name.bare(), Key{3}, 60) == 0);
  CHECK(name.found() == 3);
}

TEST_CASE("a key whose time is over isn't found, and can be kept again") {
  const Name name;
  if (name.error != 0) return;
  CHECK(keep_vault_key(name.bare(), Key{2}, 1) == 0);
  while (name.found() == 2) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(name.found() == -1);
  CHECK(forget_vault_key(name.bare()) == ENOKEY);
  CHECK(keep_vault_key(name.bare(), Key{3}, 60) == 0);
  CHECK(name.found() == 3);
}

TEST_CASE("another session of the user finds the key and can take it away") {
  const Name name;
  if (name.error != 0) return;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const bool is_elsewhere = ::syscall(SYS_keyctl, join_session_keyring, nullptr) >= 0;
    const bool is_found = name.found() == 1;
    ::_exit(is_elsewhere && is_found && forget_vault_key(name.bare()) == 0 ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(name.found() == -1);
}

TEST_CASE("a key that another thread kept outlives it") {
  const Name name;
  if (name.error != 0) return;
  std::thread([&] { CHECK(keep_vault_key(name.bare(), Key{2}, 60) == 0); }).join();
  CHECK(name.found() == 2);
}

TEST_CASE("a name that is too long is no key's") {
  Key bytes;
  CHECK_FALSE(find_vault_key("0123456789abcdef0", bytes));
  CHECK(keep_vault_key("0123456789abcdef0", Key{1}, 60) == EINVAL);
  CHECK(forget_vault_key("0123456789abcdef0") == EINVAL);
}
