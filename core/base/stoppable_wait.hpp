#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace pindus {

/// Sleeps for `time`, or until somebody asks to stop. Returns whether nobody did.
[[nodiscard]] inline bool wait_unless_stopped(std::chrono::milliseconds time,
                                              const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

/// Sleeps until somebody asks to stop.
inline void wait_until_stopped(const std::stop_token& stop) {
  while (wait_unless_stopped(std::chrono::hours(1), stop)) continue;
}

}  // namespace pindus
