#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <pindus/plugin.h>

namespace pindus::plugin_tool {

/// How many slots of the host's table return a code.
inline constexpr std::size_t observed_slots = 36;

/// What the table of observed_host() does and has seen. One a process: a test has its own process.
struct Observation {
  static constexpr std::size_t none = observed_slots;

  std::array<std::atomic<std::uint32_t>, observed_slots> calls{};
  std::size_t failing = none;              ///< this slot fails ...
  int32_t failure = PINDUS_INTERNAL;       ///< ... with this code
  std::atomic<bool> wrong_thread = false;  ///< a [session-thread] slot was called on another one
  std::atomic<bool> stale_handle = false;  ///< a handle was used that isn't one
  std::atomic<bool> outlived = false;      ///< a thread called after the session's end
  std::atomic<bool> committed = false;     ///< commit was called and succeeded
  std::atomic<bool> interrupted = false;   ///< a service has answered PINDUS_CANCELLED ...
  std::atomic<bool> went_on = false;       ///< ... and then one that waits was called
  std::atomic<bool> asleep = false;        ///< a sleep has begun
  bool real_sleep = false;                 ///< a sleep lasts until the session is stopped
  std::atomic<int64_t> slept_ms = 0;       ///< by how much the script's clock is ahead
};
[[nodiscard]] Observation& observation() noexcept;

/// The host's table with every slot observed, and waiting taking no time.
[[nodiscard]] const pindus_host_1& observed_host() noexcept;

/// The slot's name: "http_send".
[[nodiscard]] std::string_view slot_name(std::size_t slot) noexcept;

}  // namespace pindus::plugin_tool
