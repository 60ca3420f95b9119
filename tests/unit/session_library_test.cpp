#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

#include "core/session/library.hpp"
#include "tests/unit/session_fakes.hpp"

using pindus::load_plugin;
using pindus::SessionOutcome;
using pindus::test::bad_plugin;
using pindus::test::SessionFixture;

namespace {

bool empty(const SessionOutcome& outcome) {
  return outcome.key.empty() && outcome.credentials.access.empty() &&
         outcome.credentials.members.empty();
}

// Runs a plugin that its process may not survive in one of its own: its wait status.
int run_in_child(const std::string& name) {
  const pid_t child = fork();
  if (child == 0) {
    // Not Catch's handlers, which would report a failed test.
    for (const int number : {SIGSEGV, SIGABRT}) std::signal(number, SIG_DFL);
    SessionFixture fixture;
    _exit(fixture.run_bad(name).code == PINDUS_OK ? 0 : 10);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace

TEST_CASE("a plugin that keeps the rules is loaded, once, from any thread") {
  std::set<const pindus_plugin_1*> descriptors;
  std::mutex mutex;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        const auto plugin = load_plugin(bad_plugin("right"));
        const std::lock_guard lock(mutex);
        descriptors.insert(plugin ? *plugin : nullptr);
      });
    }
  }
  REQUIRE(descriptors.size() == 1);
  CHECK(*descriptors.begin() != nullptr);
}

TEST_CASE("a shared object that breaks the contract is refused in one sentence with a way out") {
  struct Case {
    std::string name, message, hint;
  };
  const auto wrong = GENERATE(
      Case{"no-entry", "pindus_plugin_entry_1", "pindus_add_plugin"},
      Case{"wrong-major", "was built for ABI 2, and this pindus has ABI 1", "upgrade pindus"},
      Case{"short-descriptor", "95 bytes, and the smallest is 96", "rebuild the plugin"},
      Case{"minor-too-high", "needs ABI 1.1, and this pindus has 1.0", "upgrade pindus"},
      Case{"other-id", "calls itself \"somebody-else\"", "P3"},
      Case{"null-slot", "without a function", "rebuild the plugin"},
      Case{"two-answers", "another descriptor", "P2"},
      Case{"declines", "declines to work here: it can't do that", "author"});
  CAPTURE(wrong.name);
  const auto plugin = load_plugin(bad_plugin(wrong.name));
  REQUIRE_FALSE(plugin);
  CHECK(plugin.error().why.message.contains(bad_plugin(wrong.name).string()));
  CHECK(plugin.error().why.message.contains(wrong.message));
  CHECK(plugin.error().why.hint.contains(wrong.hint));

  SessionFixture fixture;
  const auto outcome = fixture.run_bad(wrong.name);
  CHECK(outcome.code == PINDUS_INTERNAL);
  CHECK(outcome.why.message == plugin.error().why.message);
  CHECK(empty(outcome));
}

TEST_CASE("a plugin is never taken from the working directory or a path that isn't there") {
  std::filesystem::current_path(PINDUS_BAD_PLUGINS);
  const auto bare_name = load_plugin("right.so");
  REQUIRE_FALSE(bare_name);
  CHECK(bare_name.error().why.message.contains("not absolute"));
  const auto missing = load_plugin("/nonexistent/right.so");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().why.message.contains("/nonexistent/right.so"));
  CHECK(missing.error().why.message.contains("No such file"));
}

TEST_CASE("a plugin that misbehaves is survived and named, and gives nothing to store") {
  struct Case {
    std::string name;
    int32_t code;
    std::string message;
  };
  const auto wrong =
      GENERATE(Case{"throws", PINDUS_INTERNAL, "threw an exception out of sign_in()"},
               Case{"commits-then-fails", PINDUS_PROTOCOL, "could not sign in at Acme"},
               Case{"keeps-pointer", PINDUS_INVALID_ARGUMENT, "wrong argument"},
               Case{"freed-handle", PINDUS_INVALID_HANDLE, "a handle was used after its end"},
               Case{"wrong-thread", PINDUS_WRONG_THREAD, "the wrong thread"},
               Case{"unknown-code", PINDUS_INTERNAL, "unknown code 4711"},
               Case{"no-commit", PINDUS_INTERNAL, "gave no credential"});
  CAPTURE(wrong.name);
  SessionFixture fixture;
  const auto outcome = fixture.run_bad(wrong.name);
  CHECK(outcome.code == wrong.code);
  CHECK(outcome.why.message.contains("the plugin " + wrong.name + ".so"));
  CHECK(outcome.why.message.contains(wrong.message));
  CHECK(empty(outcome));
}

TEST_CASE("a plugin that works on after an interrupt stores nothing") {
  SessionFixture fixture;
  std::stop_source stop;
  fixture.request.stop = stop.get_token();
  const std::jthread interrupt([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop.request_stop();
  });
  const auto outcome = fixture.run_bad("ignores-cancel");
  CHECK(outcome.code == PINDUS_CANCELLED);
  CHECK(empty(outcome));
}

TEST_CASE("a thread that a plugin left behind finds the session closed") {
  SessionFixture fixture;
  fixture.variables["PINDUS_LOG"] = "1";
  const auto outcome = fixture.run_bad("leaks-thread");
  CHECK(outcome.code == PINDUS_OK);
  const auto lines = fixture.io.notices.size();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(fixture.io.notices.size() == lines);
}

TEST_CASE("a plugin that prints does not disturb its session") {
  std::fflush(stdout);
  const int saved = dup(STDOUT_FILENO);
  const int null = ::open("/dev/null", O_WRONLY);
  dup2(null, STDOUT_FILENO);
  SessionFixture fixture;
  const auto outcome = fixture.run_bad("prints");
  dup2(saved, STDOUT_FILENO);
  close(saved);
  close(null);
  CHECK(outcome.code == PINDUS_OK);
  CHECK(outcome.credentials.access.view() == "made-up-token");
}

TEST_CASE("a plugin that ends the process is named, and the process fails") {
  const auto name = GENERATE(as<std::string>(), "exits", "exits-quickly", "exits-loading");
  CAPTURE(name);
  int pipe_ends[2];
  REQUIRE(pipe(pipe_ends) == 0);
  const int saved = dup(STDERR_FILENO);
  dup2(pipe_ends[1], STDERR_FILENO);
  close(pipe_ends[1]);
  const int status = run_in_child(name);
  dup2(saved, STDERR_FILENO);
  close(saved);
  std::string said(1000, '\0');
  said.resize(
      static_cast<std::size_t>(std::max<ssize_t>(0, read(pipe_ends[0], said.data(), 1000))));
  close(pipe_ends[0]);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 1);
  CHECK(said.contains(bad_plugin(name).string()));
  CHECK(said.contains("P9"));
}

TEST_CASE("a child that a plugin forks ends as it likes") {
  SessionFixture fixture;
  const auto outcome = fixture.run([](const pindus_host_1* host, pindus_session session) {
    const pid_t child = fork();
    if (child == 0) std::quick_exit(0);
    int status = -1;
    waitpid(child, &status, 0);
    return status == 0 ? pindus::test::store(host, session) : int32_t{PINDUS_INTERNAL};
  });
  CHECK(outcome.code == PINDUS_OK);
}

TEST_CASE("a plugin that can't be survived takes its process along before anything is stored") {
  const auto name = GENERATE(std::string("crashes"), std::string("throws-noexcept"));
  CAPTURE(name);
  const int status = run_in_child(name);
  // A sanitizer turns the signal into an exit code of its own.
  CHECK((WIFSIGNALED(status) ||
         (WIFEXITED(status) && WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 10)));
}
