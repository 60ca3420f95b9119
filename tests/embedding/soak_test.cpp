// A day's use in short: nothing is left open, and memory doesn't grow.
#include <malloc.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>

#include "tests/embedding/embedding_support.hpp"
#include "tests/integration/token_endpoint.hpp"

using pindus::test::Connection;
using pindus::test::open_profile;
using pindus::test::token_answer;
using pindus::test::TokenEndpoint;
using pindus::test::value_of;

namespace {

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

std::ptrdiff_t threads() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

// What malloc has given out: pages that it keeps are no leak.
std::size_t memory_in_use() {
  return ::mallinfo2().uordblks;
}

// How much of it: PINDUS_SOAK=1 is the whole day.
int times(int whole_day, int usual) {
  const char* wanted = std::getenv("PINDUS_SOAK");
  return wanted != nullptr && *wanted == '1' ? whole_day : usual;
}

}  // namespace

TEST_CASE("many keys and refreshes leave no descriptor, no thread and no memory behind") {
  std::atomic<int> requests = 0;
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    const std::string number = std::to_string(++requests);
    connection.write(token_answer("access-0123456789-" + number, "refresh-" + number));
  });
  const auto context = open_profile(endpoint.profile);
  const auto refresh = [&] {
    endpoint.profile.store_token("acme", "old-access-0123456789", "old-refresh", -10);
    const auto key = context.read_usable_key({.provider = "acme"});
    REQUIRE(key);
    REQUIRE(key->key.starts_with("access-"));
  };
  const auto ask = [&](int count) {
    for (int i = 0; i < count; ++i) {
      const auto key = context.read_usable_key({.provider = "acme"});
      if (!key) FAIL(format_credential_fault(key.error()));
    }
  };
  const auto reopen = [&] {
    const auto other = open_profile(endpoint.profile);
    static_cast<void>(value_of(other.list_accounts()));
    static_cast<void>(value_of(other.change_descriptor()));
  };
  const int refreshes = times(10'000, 100);
  const int keys = times(1'000'000, 20'000);
  for (int i = 0; i < 20; ++i) {
    refresh();
    reopen();
  }
  ask(100);
  const auto descriptors_before = open_descriptors();
  const auto threads_before = threads();
  const auto memory_before = memory_in_use();
  for (int i = 0; i < refreshes; ++i) {
    refresh();
    ask(keys / refreshes);
    reopen();
  }
  // The server's last threads may still be on their way out.
  CHECK(threads() <= threads_before + 2);
  CHECK(open_descriptors() <= descriptors_before + 2);
  INFO("before " << memory_before << ", after " << memory_in_use());
#ifndef __SANITIZE_ADDRESS__  // its malloc counts nothing there
  // The test's own server keeps a thread object for each connection.
  CHECK(memory_in_use() < memory_before + 100'000 + static_cast<std::size_t>(refreshes) * 300);
#endif
  CHECK(requests == refreshes + 20);
}
