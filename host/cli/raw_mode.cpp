#include "host/cli/raw_mode.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string_view>

namespace pindus {
namespace {

constexpr std::string_view marks_on = "\x1b[?2004h";
constexpr std::string_view marks_off = "\x1b[?2004l";

void send(int output, std::string_view sequence) noexcept {
  static_cast<void>(!::write(output, sequence.data(), sequence.size()));
}

// What the handler of fatal signals needs; set only while a RawMode is there.
std::atomic<bool> entered = false;
termios to_restore;
int input_to_restore;
int output_to_restore;

// Those that end a process and are not waited for by Signals.
constexpr std::array fatal = {SIGABRT, SIGALRM, SIGBUS,  SIGFPE,  SIGILL,    SIGSEGV, SIGSYS,
                              SIGTRAP, SIGUSR1, SIGUSR2, SIGXCPU, SIGVTALRM, SIGXFSZ, SIGPROF};
std::array<struct sigaction, fatal.size()> previous;

extern "C" void restore_and_die(int number) {
  if (entered) {
    ::tcsetattr(input_to_restore, TCSANOW, &to_restore);
    send(output_to_restore, marks_off);
  }
  // SA_RESETHAND: the default action is back.
  ::raise(number);
}

void handle_fatal_signals() noexcept {
  struct sigaction action = {};
  action.sa_handler = restore_and_die;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (std::size_t i = 0; i < fatal.size(); ++i) {
    ::sigaction(fatal[i], nullptr, &previous[i]);
    if (previous[i].sa_handler == SIG_DFL) ::sigaction(fatal[i], &action, nullptr);
  }
}

void leave_fatal_signals() noexcept {
  for (std::size_t i = 0; i < fatal.size(); ++i) ::sigaction(fatal[i], &previous[i], nullptr);
}

}  // namespace

RawMode::RawMode(int input, int output) : input_(input), output_(output) {
  ::tcgetattr(input_, &saved_);
  raw_ = saved_;
  raw_.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ECHOE | ECHOK | ECHONL | IEXTEN);
  raw_.c_iflag &= ~static_cast<tcflag_t>(IXON);
  raw_.c_cc[VMIN] = 1;
  raw_.c_cc[VTIME] = 0;
  to_restore = saved_;
  input_to_restore = input_;
  output_to_restore = output_;
  entered = true;
  handle_fatal_signals();
  resume();
}

RawMode::~RawMode() {
  pause();
  leave_fatal_signals();
  entered = false;
}

void RawMode::pause() noexcept {
  send(output_, marks_off);
  ::tcsetattr(input_, TCSAFLUSH, &saved_);
}

void RawMode::resume() noexcept {
  ::tcsetattr(input_, TCSANOW, &raw_);
  send(output_, marks_on);
}

}  // namespace pindus
