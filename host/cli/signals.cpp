#include "host/cli/signals.hpp"

#include <unistd.h>

#include <utility>

namespace pindus {
namespace {

// Ends the watcher; nobody else sends it, and by itself it does nothing.
constexpr int wake_up = SIGURG;

// timeout(1) signals the program and then its group, and of a terminal that closes both the shell
// and the kernel tell: what follows so soon is the same event.
constexpr std::chrono::milliseconds same_event{500};

}  // namespace

HeldSignals::HeldSignals() noexcept {
  ::sigemptyset(&set_);
  ::sigaddset(&set_, wake_up);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT}) {
    struct sigaction current = {};
    ::sigaction(number, nullptr, &current);
    if (current.sa_handler != SIG_IGN) ::sigaddset(&set_, number);
  }
  ::pthread_sigmask(SIG_BLOCK, &set_, &previous_mask_);
  // A reader that has gone, or a file over the limit, is an error of that write and not our death.
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &previous_pipe_);
  ::sigaction(SIGXFSZ, &ignore, &previous_file_size_);
}

HeldSignals::~HeldSignals() {
  ::sigaction(SIGXFSZ, &previous_file_size_, nullptr);
  ::sigaction(SIGPIPE, &previous_pipe_, nullptr);
  ::pthread_sigmask(SIG_SETMASK, &previous_mask_, nullptr);
}

Signals::Signals(const HeldSignals& held, Hooks hooks)
    : watched_(held.set()), hooks_(std::move(hooks)), watcher_([this] { watch(); }) {}

Signals::~Signals() {
  over_ = true;
  ::pthread_kill(watcher_.native_handle(), wake_up);
  watcher_.join();
}

int Signals::exit_code() const noexcept {
  return received_ == 0 ? 0 : 128 + received_;
}

void Signals::watch() {
  while (!over_) {
    int number = 0;
    if (::sigwait(&watched_, &number) == 0 && number != wake_up) handle(number);
  }
}

void Signals::handle(int number) {
  if (number == SIGTSTP) return suspend();
  if (number == SIGCONT) return hooks_.after_continue();
  const auto now = std::chrono::steady_clock::now();
  if (received_ != 0) {
    if (now - received_at_ < same_event) return;
    hooks_.before_stop();
    ::_exit(exit_code());
  }
  received_ = number;
  received_at_ = now;
  stop_.request_stop();
}

void Signals::suspend() {
  hooks_.before_stop();
  // The kernel's own action, which knows not to stop a process that nobody could continue.
  sigset_t stop;
  ::sigemptyset(&stop);
  ::sigaddset(&stop, SIGTSTP);
  ::kill(::getpid(), SIGTSTP);
  ::pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
  ::pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  hooks_.after_continue();
}

}  // namespace pindus
