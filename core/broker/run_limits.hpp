#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/broker/message.hpp"

namespace pindus::broker {

/// How much a run may ask for; nothing: as much as it likes.
struct RunLimits {
  std::optional<std::uint64_t> requests = {};      ///< in all
  std::optional<std::uint64_t> per_minute = {};    ///< on the average; so many at once
  std::optional<std::uint64_t> streams = {};       ///< at the same time
  std::optional<std::chrono::seconds> lives = {};  ///< from its start
};

/// Counts a run's requests against its limits. One thread.
class RunMeter {
 public:
  using Clock = std::chrono::steady_clock;

  RunMeter(RunLimits limits, Clock::time_point start);

  /// Lets one more request begin, or says why not. What was let in is given back by `leave`.
  [[nodiscard]] std::optional<Refusal> enter(Clock::time_point now);
  void leave() noexcept { --streams_; }

 private:
  RunLimits limits_;
  Clock::time_point start_;
  std::uint64_t requests_ = 0;
  std::uint64_t streams_ = 0;
  // A bucket that holds a minute's worth and is filled as time goes.
  double tokens_ = 0;
  Clock::time_point filled_;
};

}  // namespace pindus::broker
