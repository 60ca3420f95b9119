// A vault that another program writes in its place while it is read.

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "tests/end-to-end/front_tree.hpp"

using namespace std::chrono_literals;
using pindus::test::FrontTree;
using pindus::test::ProcessResult;
using pindus::test::read_file;

namespace {

constexpr std::size_t step = 65'536;

// A vault whose one key, all of this letter, lies across the end of the first step.
std::string vault_of(char letter, std::size_t bytes_before) {
  const std::string opening = R"({"other":")";
  return opening + std::string(bytes_before - opening.size(), ' ') +
         R"(","openai":{"default":{"kind":"apiKey","key":")" + std::string(400, letter) + "\"}}}";
}

// In its place, at the same size, as careless programs do.
void overwrite(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(file >= 0);
  REQUIRE(::pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  ::close(file);
}

// Runs a program, and calls `interrupt` when it has read a step for the first time.
ProcessResult run_interrupted(const std::string& program, const FrontTree& tree,
                              const std::function<void()>& interrupt) {
  const std::string output = tree.profile() / "output";
  const std::string home = "INDUSAGI_HOME=" + tree.profile().string();
  const std::array<const char*, 5> argv = {program.c_str(), "auth", "key", "openai", nullptr};
  const std::array<const char*, 3> environment = {home.c_str(), "PATH=/usr/bin:/bin", nullptr};
  const pid_t child = ::fork();
  if (child == 0) {
    const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file >= 0 && ::dup2(file, STDOUT_FILENO) == STDOUT_FILENO &&
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0) {
      ::execve(program.c_str(), const_cast<char* const*>(argv.data()),
               const_cast<char* const*>(environment.data()));
    }
    ::_exit(127);
  }
  REQUIRE(child > 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSTOPPED(status));
  REQUIRE(::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) ==
          0);
  bool has_read = false;
  bool interrupted = false;
  for (;;) {
    const bool by_call = WSTOPSIG(status) == (SIGTRAP | 0x80) || WSTOPSIG(status) == SIGTRAP;
    REQUIRE(::ptrace(PTRACE_SYSCALL, child, nullptr, by_call ? 0 : WSTOPSIG(status)) == 0);
    REQUIRE(::waitpid(child, &status, 0) == child);
    if (!WIFSTOPPED(status)) break;
    __ptrace_syscall_info call{};
    if (::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof call, &call) <= 0) continue;
    if (call.op != PTRACE_SYSCALL_INFO_ENTRY) continue;
    if (has_read && !std::exchange(interrupted, true)) interrupt();
    has_read |= call.entry.nr == SYS_read && call.entry.args[2] == step;
  }
  CHECK(interrupted);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(output), {}, {}};
}

}  // namespace

TEST_CASE("a vault rewritten in its place while it is read gives no half of two keys") {
  const FrontTree tree;
  // Before the end of a step the key is read in two; far before it a first read has all of it.
  const std::size_t before = GENERATE(step - 200, 1000);
  CAPTURE(before);
  const std::string new_vault = vault_of('b', before);
  const auto run = [&](const std::string& program) {
    tree.store(vault_of('a', before));
    std::this_thread::sleep_for(20ms);  // longer than a tick of the kernel's clock of files
    return run_interrupted(program, tree, [&] { overwrite(tree.vault(), new_vault); });
  };
  CHECK(run(tree.front()).exit_code == 42);
  const ProcessResult host = run(PINDUS_HOST_PROGRAM);
  CHECK(host.exit_code == 0);
  CHECK(host.out == std::string(400, 'b') + "\n");
}
