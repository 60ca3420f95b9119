// Where the front's answer goes, when that isn't simple.

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>

#include "core/base/file_descriptor.hpp"
#include "tests/end-to-end/front_tree.hpp"

using namespace std::chrono_literals;
using pindus::FileDescriptor;
using pindus::test::FrontTree;
using pindus::test::read_file;

namespace {

std::string vault_with(const std::string& key) {
  return R"({"openai":{"default":{"kind":"apiKey","key":")" + key + "\"}}}";
}

// The smallest pipe there is; its two ends.
struct Pipe {
  FileDescriptor reader;
  FileDescriptor writer;

  explicit Pipe(int writer_flags) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    reader = FileDescriptor(ends[0]);
    writer = FileDescriptor(ends[1]);
    REQUIRE(::fcntl(writer.get(), F_SETPIPE_SZ, 4096) == 4096);
    REQUIRE(::fcntl(writer.get(), F_SETFL, writer_flags) == 0);
  }

  // All that comes until everybody has closed the writing end.
  [[nodiscard]] std::string read_all() const {
    std::string text;
    std::array<char, 1000> bytes{};
    for (;;) {
      const ssize_t count = ::read(reader.get(), bytes.data(), bytes.size());
      if (count <= 0) return text;
      text.append(bytes.data(), static_cast<std::size_t>(count));
    }
  }
};

// `auth key openai` with its output in the pipe, whose writing end is then closed here.
pid_t start(const FrontTree& tree, Pipe& pipe) {
  const std::string front = tree.front();
  const std::string home = "INDUSAGI_HOME=" + tree.profile().string();
  const std::array<const char*, 5> argv = {front.c_str(), "auth", "key", "openai", nullptr};
  const std::array<const char*, 3> environment = {home.c_str(), "PATH=/usr/bin:/bin", nullptr};
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe.writer.get(), STDOUT_FILENO);
    ::execve(front.c_str(), const_cast<char* const*>(argv.data()),
             const_cast<char* const*>(environment.data()));
    ::_exit(127);
  }
  REQUIRE(child > 0);
  pipe.writer = FileDescriptor();
  return child;
}

int status_of(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("4,096 of 7,000 bytes are no answer: a pipe that doesn't wait is waited for") {
  const FrontTree tree;
  const std::string key(7000, 'k');
  tree.store(vault_with(key));
  Pipe pipe(O_NONBLOCK);
  const pid_t child = start(tree, pipe);
  std::this_thread::sleep_for(50ms);
  CHECK(pipe.read_all() == key + "\n");
  CHECK(status_of(child) == 0);
}

TEST_CASE("a reader that has gone is told to the host, which finds the signal as it was") {
  const FrontTree tree;
  tree.store(vault_with("an-example-of-a-key-0001"));
  const std::string note = tree.profile() / "note";
  tree.set_host("grep SigIgn /proc/self/status >" + note);
  for (const bool ignored : {false, true}) {
    Pipe pipe(0);
    pipe.reader = FileDescriptor();
    const auto before = ::signal(SIGPIPE, ignored ? SIG_IGN : SIG_DFL);
    const pid_t child = start(tree, pipe);
    ::signal(SIGPIPE, before);
    CHECK(status_of(child) == 42);
    const auto mask = std::stoull(read_file(note).substr(sizeof "SigIgn:"), nullptr, 16);
    CHECK(((mask >> (SIGPIPE - 1)) & 1) == (ignored ? 1 : 0));
  }
}

TEST_CASE("a reader that goes in the middle of a key is an error, and no death by a signal") {
  const FrontTree tree;
  tree.store(vault_with(std::string(7000, 'k')));
  Pipe pipe(0);
  const pid_t child = start(tree, pipe);
  std::this_thread::sleep_for(50ms);
  pipe.reader = FileDescriptor();
  CHECK(status_of(child) == 1);
}
