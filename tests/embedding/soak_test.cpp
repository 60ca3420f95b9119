// A day's use in short: nothing is left open, and memory doesn't grow.
#include <malloc.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <fstream>

#include "tests/embedding/embedding_support.hpp"
#include "tests/integration/token_endpoint.hpp"

using pindus::test::code_manifest;
using pindus::test::Connection;
using pindus::test::LoopbackServer;
using pindus::test::open_profile;
using pindus::test::PindusProfile;
using pindus::test::token_answer;
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

// A token endpoint in a process of its own, so that what is left behind here is the library's. Each
// token has the number of its request.
class DistantEndpoint {
 public:
  DistantEndpoint() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    process_ = ::fork();
    if (process_ == 0) serve(ends[1]);
    int port = 0;
    REQUIRE(::read(ends[0], &port, sizeof port) == sizeof port);
    for (const int end : ends) ::close(end);
    const std::string origin = "http://127.0.0.1:" + std::to_string(port);
    profile.install_manifest("acme", code_manifest("acme", origin, origin + "/token"));
  }
  DistantEndpoint(const DistantEndpoint&) = delete;
  DistantEndpoint& operator=(const DistantEndpoint&) = delete;
  ~DistantEndpoint() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }

  PindusProfile profile;

 private:
  [[noreturn]] static void serve(int told) {
    std::atomic<int> requests = 0;
    const LoopbackServer server([&](Connection& connection) {
      connection.read_request();
      const std::string number = std::to_string(++requests);
      connection.write(token_answer("access-0123456789-" + number, "refresh-" + number));
    });
    const int port = server.port();
    if (::write(told, &port, sizeof port) != sizeof port) ::_exit(1);
    for (;;) ::pause();
  }

  pid_t process_ = -1;
};

// How much of it: PINDUS_SOAK=1 is the whole day.
int times(int whole_day, int usual) {
  const char* wanted = std::getenv("PINDUS_SOAK");
  return wanted != nullptr && *wanted == '1' ? whole_day : usual;
}

}  // namespace

TEST_CASE("many keys and refreshes leave no descriptor, no thread and no memory behind") {
  const DistantEndpoint endpoint;
  const auto context = open_profile(endpoint.profile);
  int refreshed = 0;
  const auto refresh = [&] {
    endpoint.profile.store_token("acme", "old-access-0123456789", "old-refresh", -10);
    const auto key = value_of(context.read_usable_key({.provider = "acme"}));
    // One request for each.
    REQUIRE(key.key == "access-0123456789-" + std::to_string(++refreshed));
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
  [[maybe_unused]] const auto threads_before = threads();
  [[maybe_unused]] const auto memory_before = memory_in_use();
  for (int i = 0; i < refreshes; ++i) {
    refresh();
    ask(keys / refreshes);
    reopen();
  }
  CHECK(open_descriptors() == descriptors_before);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // theirs is another malloc
  // However many there were. The last thread may still be on its way out.
  CHECK(threads() <= threads_before + 1);
  CHECK(memory_in_use() < memory_before + 100'000);
#endif
}
