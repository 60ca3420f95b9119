#pragma once

#include <signal.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <stop_token>
#include <thread>

namespace pindus {

/// Holds back the signals that Signals waits for. Made before any other thread and before the
/// terminal is touched; what arrived and nobody waited for takes effect at its end, when the
/// terminal is as it was. What the caller ignores (nohup) stays ignored.
class HeldSignals {
 public:
  HeldSignals() noexcept;
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  [[nodiscard]] const sigset_t& set() const noexcept { return set_; }

 private:
  sigset_t set_{};
  sigset_t previous_mask_{};
  struct sigaction previous_pipe_ = {};
  struct sigaction previous_file_size_ = {};
};

/// Turns an interrupt into a stop, for as long as a command of ours runs. The first signal asks to
/// stop, a second one ends the process at once, unless it comes so soon that it says the same.
class Signals {
 public:
  /// What happens around a signal, on a thread of its own.
  struct Hooks {
    std::function<void()> before_stop;     ///< Ctrl-Z; also before the process ends at once
    std::function<void()> after_continue;  ///< fg
  };

  /// `held` must outlive this object, and whatever the hooks touch must, too.
  Signals(const HeldSignals& held, Hooks hooks);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

  /// The exit code that the interrupt calls for (130 after Ctrl-C); 0: there was none.
  [[nodiscard]] int exit_code() const noexcept;

 private:
  void watch();
  void handle(int number);
  void suspend();

  const sigset_t& watched_;
  Hooks hooks_;
  std::stop_source stop_;
  std::atomic<int> received_ = 0;
  std::chrono::steady_clock::time_point received_at_;  // on the watcher's thread
  std::atomic<bool> over_ = false;
  std::thread watcher_;
};

}  // namespace pindus
