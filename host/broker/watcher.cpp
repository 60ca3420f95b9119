#include "host/broker/watcher.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/base/file_descriptor.hpp"

namespace pindus::broker {
namespace {

constexpr int first_pause_ms = 50;
constexpr int longest_pause_ms = 2000;
constexpr int patience_ms = 1000;

FileDescriptor pidfd_of(pid_t process) {
  return FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
}

// Waits until one of them has ended, or for so long (-1: for ever); whether the first has.
bool has_ended(int first, int second, int limit_ms) {
  std::array<pollfd, 2> ends{{{first, POLLIN, 0}, {second, POLLIN, 0}}};
  while (::poll(ends.data(), ends.size(), limit_ms) < 0 && errno == EINTR) {
  }
  return (ends[0].revents & POLLIN) != 0;
}

void end(pid_t child, int its_pidfd) {
  ::kill(child, SIGTERM);
  if (!has_ended(its_pidfd, -1, patience_ms)) ::kill(child, SIGKILL);
}

}  // namespace

void watch(int watched, const std::function<int()>& work) {
  const pid_t self = ::getpid();
  for (int pause_ms = first_pause_ms;; pause_ms = std::min(2 * pause_ms, longest_pause_ms)) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::_exit(::getppid() == self ? work() : 1);
    }
    bool is_over = false;
    if (child > 0) {
      const FileDescriptor its_pidfd = pidfd_of(child);
      is_over = has_ended(watched, its_pidfd.get(), -1);
      if (is_over) end(child, its_pidfd.get());
      ::waitpid(child, nullptr, 0);
    }
    if (is_over || has_ended(watched, -1, pause_ms)) return;
  }
}

}  // namespace pindus::broker
