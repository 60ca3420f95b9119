#include "tests/vault/child.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>

namespace pindus::test {
namespace {

void write_map(const char* path, const std::string& line) {
  const int file = ::open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  require(::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()), path);
  ::close(file);
}

// Waits for the child's next stop; false where it has ended.
bool next_stop(pid_t child, int& status) {
  if (::waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid failed");
  return WIFSTOPPED(status);
}

void reap_killed(pid_t child) {
  ::kill(child, SIGKILL);
  int status = 0;
  while (next_stop(child, status)) {
  }
}

}  // namespace

void child_failed(std::string_view what) {
  std::fprintf(stderr, "in the child: %.*s\n", static_cast<int>(what.size()), what.data());
  std::_Exit(1);
}

pid_t start_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child > 0) return child;
  try {
    std::_Exit(work());
  } catch (const std::exception& error) {
    child_failed(error.what());
  }
}

int wait_for_child(pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid failed");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void become_user(uid_t user) {
  require(::setgroups(0, nullptr) == 0 && ::setresgid(user, user, user) == 0 &&
              ::setresuid(user, user, user) == 0,
          "can't become an ordinary user");
}

bool enter_mount_namespace() {
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  if (user == 0) {
    if (::unshare(CLONE_NEWNS) != 0) return false;
  } else {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    write_map("/proc/self/setgroups", "deny");
    write_map("/proc/self/uid_map", "0 " + std::to_string(user) + " 1");
    write_map("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
  }
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

int kill_at_every_system_call(KillFrom from, const std::function<void()>& prepare,
                              const std::function<int()>& work,
                              const std::function<void(bool killed)>& check) {
  for (int limit = 1;; ++limit) {
    prepare();
    const pid_t child = start_child([&] {
      if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) return exit_skipped;
      ::raise(SIGSTOP);
      return work();
    });
    int status = 0;
    if (!next_stop(child, status)) return -1;
    ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    int stops = 0;
    bool ended = false;
    bool counting = from == KillFrom::start;
    while (stops < limit && !ended) {
      ::ptrace(PTRACE_SYSCALL, child, nullptr, 0);
      ended = !next_stop(child, status);
      const int stop_signal = ended ? 0 : WSTOPSIG(status);
      if (counting && stop_signal == (SIGTRAP | 0x80)) ++stops;
      if (stop_signal == SIGSTOP) counting = true;
    }
    if (!ended) reap_killed(child);
    if (ended && WEXITSTATUS(status) != 0) throw std::runtime_error("the child failed");
    check(!ended);
    if (ended) return limit - 1;
  }
}

}  // namespace pindus::test
