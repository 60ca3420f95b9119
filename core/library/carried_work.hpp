#pragma once

#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

namespace pindus {

/// While one lives, no signal is delivered to this thread, nor to those that it begins meanwhile.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;
  ~AllSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

/// Work that is carried to its end whether or not somebody still waits for it: a refresh that was
/// sent, whose answer has to be stored. Any thread.
class CarriedWork {
 public:
  CarriedWork() = default;
  CarriedWork(const CarriedWork&) = delete;
  CarriedWork& operator=(const CarriedWork&) = delete;
  /// Waits for all of it.
  ~CarriedWork() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [&] { return under_way_ == 0; });
  }

  /// Does `work` on a thread of its own, which gets the stop, and gives what it returned or throws
  /// what it threw; nothing where the stop comes and the work goes on all the same. Whatever `work`
  /// refers to must live as long as this object.
  template <typename T>
  [[nodiscard]] std::optional<T> run(std::function<T(const std::stop_token&)> work,
                                     const std::stop_token& stop) {
    struct Outcome {
      std::mutex mutex;
      std::condition_variable_any there;
      std::optional<T> value;
      std::exception_ptr thrown;
      bool is_there = false;
    };
    const auto outcome = std::make_shared<Outcome>();
    begin();
    try {
      // Signals are for the program's own threads.
      const AllSignalsBlocked blocked;
      std::thread([this, outcome = std::shared_ptr(outcome), stop,
                   work = std::move(work)]() mutable {
        std::optional<T> value;
        std::exception_ptr thrown;
        try {
          value.emplace(work(stop));
        } catch (...) {
          thrown = std::current_exception();
        }
        work = {};
        {
          const std::scoped_lock lock(outcome->mutex);
          outcome->value = std::move(value);
          outcome->thrown = thrown;
          outcome->is_there = true;
        }
        outcome->there.notify_all();
        outcome.reset();
        end();
      }).detach();
    } catch (...) {
      end();  // there is no further thread
      throw;
    }
    std::unique_lock lock(outcome->mutex);
    const auto is_there = [&] { return outcome->is_there; };
    // What can be stopped ends at once, and says better than we do what has become of it.
    if (!outcome->there.wait(lock, stop, is_there)) {
      outcome->there.wait_for(lock, patience, is_there);
    }
    if (outcome->thrown) std::rethrow_exception(outcome->thrown);
    return outcome->is_there ? std::move(outcome->value) : std::nullopt;
  }

 private:
  static constexpr std::chrono::milliseconds patience{50};

  void begin() {
    const std::scoped_lock lock(mutex_);
    ++under_way_;
  }
  void end() {
    // Under the lock: the destructor may follow at once.
    const std::scoped_lock lock(mutex_);
    --under_way_;
    ended_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable ended_;
  int under_way_ = 0;
};

}  // namespace pindus
