#include "host/cli/process_end.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <utility>

#include "core/session/inside_plugin.hpp"

namespace pindus {
namespace {

std::atomic<const WorkUnderWay*> under_way = nullptr;
std::atomic<pid_t> process = 0;  // that does the work

// The C library doesn't tell a handler the exit code.
void end_of_process() {
  WorkUnderWay::judge(EXIT_SUCCESS);
}
// Before main: so it runs after all that is registered later, such as what restores the terminal.
[[maybe_unused]] const int registered =
    std::atexit(end_of_process) + std::at_quick_exit(end_of_process);

[[noreturn]] void end_now(int status) noexcept {
  WorkUnderWay::judge(status);
  for (;;) ::syscall(SYS_exit_group, status);
}

}  // namespace

WorkUnderWay::WorkUnderWay(std::function<void()> before_end) : before_end_(std::move(before_end)) {
  process = ::getpid();
  under_way = this;
}

WorkUnderWay::~WorkUnderWay() {
  // Whoever took it is about to end the process, and still uses this object.
  if (under_way.exchange(nullptr) == nullptr) {
    for (;;) ::pause();
  }
}

void WorkUnderWay::judge(int status) noexcept {
  if (process != ::getpid()) return;
  const WorkUnderWay* work = under_way.exchange(nullptr);
  if (work == nullptr) return;
  work->before_end_();
  if (status == EXIT_SUCCESS || InsidePlugin::here()) fail_for_plugin();
}

}  // namespace pindus

// In place of the C library's, which plugins and everything else here would call: it runs no
// handler.
extern "C" void _exit(int status) {
  pindus::end_now(status);
}
extern "C" void _Exit(int status) noexcept {
  pindus::end_now(status);
}
