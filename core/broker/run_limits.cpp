#include "core/broker/run_limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pindus::broker {

RunMeter::RunMeter(RunLimits limits, Clock::time_point start)
    : limits_(limits),
      start_(start),
      tokens_(static_cast<double>(limits.per_minute.value_or(0))),
      filled_(start) {}

std::optional<Refusal> RunMeter::enter(Clock::time_point now) {
  if (limits_.lives && now - start_ >= *limits_.lives) {
    return Refusal{403, "time", "the time of this run is over"};
  }
  if (limits_.requests && requests_ >= *limits_.requests) {
    return Refusal{403, "requests",
                   fmt::format("this run has made the {} requests that it may", requests_)};
  }
  if (limits_.streams && streams_ >= *limits_.streams) {
    return Refusal{
        429, "streams",
        fmt::format("{} requests of this run are under way, and no more may be", streams_)};
  }
  if (limits_.per_minute) {
    const auto most = static_cast<double>(*limits_.per_minute);
    const std::chrono::duration<double, std::ratio<60>> minutes = now - filled_;
    tokens_ = std::min(most, tokens_ + most * minutes.count());
    filled_ = now;
    if (tokens_ < 1) {
      return Refusal{429, "rate",
                     fmt::format("this run may make {} requests a minute", *limits_.per_minute)};
    }
    tokens_ -= 1;
  }
  ++requests_;
  ++streams_;
  return std::nullopt;
}

}  // namespace pindus::broker
