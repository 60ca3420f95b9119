#include "host/cli/raw_mode.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <string_view>

namespace pindus {
namespace {

constexpr std::string_view marks_on = "\x1b[?2004h";
constexpr std::string_view marks_off = "\x1b[?2004l";

// What restoring needs, for handlers that get no argument.
struct Saved {
  termios settings;
  int input;
  int output;
  bool marks;
};
Saved saved;
std::atomic<bool> is_raw = false;

void send_marks(std::string_view sequence) noexcept {
  if (saved.marks) static_cast<void>(!::write(saved.output, sequence.data(), sequence.size()));
}

// Async-signal-safe. Never waits for the terminal to take what was written before.
void restore() noexcept {
  if (!is_raw.exchange(false)) return;
  send_marks(marks_off);
  ::tcsetattr(saved.input, TCSANOW, &saved.settings);
  ::tcflush(saved.input, TCIFLUSH);
}

extern "C" void restore_and_die(int number) {
  restore();
  // SA_RESETHAND: the default action is back, and waits until this handler has returned.
  ::raise(number);
}

bool ends_a_process(int number) noexcept {
  constexpr std::array others = {SIGCHLD, SIGCONT, SIGURG,  SIGWINCH, SIGKILL,
                                 SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
  for (const int other : others) {
    if (number == other) return false;
  }
  return true;
}

// A handler for every signal that would end this process, on a stack of its own: that of a plugin
// may be used up.
class FatalSignals {
 public:
  void handle() noexcept {
    const stack_t own = {.ss_sp = stack_.data(), .ss_flags = 0, .ss_size = stack_.size()};
    ::sigaltstack(&own, &previous_stack_);
    struct sigaction action = {};
    action.sa_handler = restore_and_die;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_ONSTACK);
    ::sigfillset(&action.sa_mask);  // SIGTTOU too: a process in the background may restore
    ::sigemptyset(&handled_);
    for (int number = 1; number < _NSIG; ++number) {
      struct sigaction current = {};
      if (!ends_a_process(number) || ::sigaction(number, nullptr, &current) != 0) continue;
      if (current.sa_handler != SIG_DFL) continue;
      ::sigaddset(&handled_, number);
      ::sigaction(number, &action, nullptr);
    }
  }

  void leave() noexcept {
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    for (int number = 1; number < _NSIG; ++number) {
      if (::sigismember(&handled_, number) == 1) ::sigaction(number, &action, nullptr);
    }
    ::sigaltstack(&previous_stack_, nullptr);
  }

 private:
  sigset_t handled_{};
  stack_t previous_stack_{};
  alignas(16) std::array<char, 64 * 1024> stack_;
};
FatalSignals fatal_signals;

}  // namespace

RawMode::RawMode(int input, int output, PasteMarks marks) {
  // At exit these run before whatever was registered earlier, such as what knows that a plugin
  // ended the program.
  static const int registered = std::atexit(restore);
  static_cast<void>(registered);
  saved = {.settings = {}, .input = input, .output = output, .marks = marks == PasteMarks::on};
  ::tcgetattr(input, &saved.settings);
  raw_ = saved.settings;
  raw_.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ECHOE | ECHOK | ECHONL | IEXTEN);
  raw_.c_iflag &= ~static_cast<tcflag_t>(IXON);
  raw_.c_cc[VMIN] = 1;
  raw_.c_cc[VTIME] = 0;
  fatal_signals.handle();
  resume();
}

RawMode::~RawMode() {
  restore();
  fatal_signals.leave();
}

void RawMode::pause() noexcept {
  restore();
}

void RawMode::resume() noexcept {
  is_raw = true;
  ::tcsetattr(saved.input, TCSANOW, &raw_);
  send_marks(marks_on);
}

}  // namespace pindus
