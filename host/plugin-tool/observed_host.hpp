#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <pindus/plugin.h>

namespace pindus::plugin_tool {

/// How many slots of the host's table return a code.
inline constexpr std::size_t observed_slots = 46;

/// What the table of observed_host() does and has seen. One a process: a test has its own process.
struct Observation {
  static constexpr std::size_t none = observed_slots;

  std::array<std::atomic<std::uint32_t>, observed_slots> calls{};
  std::size_t failing = none;               ///< this slot fails ...
  int32_t failure = PINDUS_INTERNAL;        ///< ... with this code
  std::atomic<bool> wrong_thread = false;   ///< a [session-thread] slot was called on another one
  std::atomic<bool> stale_handle = false;   ///< a handle was used that isn't one
  std::atomic<bool> threw_reading = false;  ///< an exception came out of a pindus_read
  std::atomic<bool> outlived = false;       ///< a thread called after the session's end
  std::atomic<std::uint32_t> errors = 0;    ///< how often set_error was called with a sentence
  std::atomic<bool> committed = false;      ///< credential_commit was called and succeeded
  std::atomic<bool> interrupted = false;    ///< a service has answered PINDUS_CANCELLED ...
  std::atomic<bool> went_on = false;        ///< ... and then one that waits was called
  std::atomic<bool> asleep = false;         ///< a sleep has begun
  std::set<std::string> hosts_threads;      ///< that the host's own services have begun
  bool real_sleep = false;                  ///< a sleep lasts until the session is stopped
  int64_t clock_ahead_ms = 0;         ///< by how much the script's clock was ahead at first ...
  std::atomic<int64_t> slept_ms = 0;  ///< ... and has gone since, besides

  /// A time that the plugin gave its token.
  struct TokenTime {
    bool is_moment = false;  ///< by credential_expires, not credential_lifetime
    int64_t value = 0;
    int32_t code = PINDUS_OK;  ///< what the host answered
  };

  /// What was noted since the last time: the slots that refused a call as a mistake, the times of
  /// tokens, the options that were asked for. Any thread.
  void note_refused(std::size_t slot);
  void note_time(const TokenTime& time);
  void note_option(pindus_str name);
  [[nodiscard]] std::vector<std::size_t> take_refused();
  [[nodiscard]] std::vector<TokenTime> take_times();
  [[nodiscard]] std::vector<std::string> take_options();

  /// What the plugin says in log lines, progress, errors, questions and addresses, before the host
  /// masks the secrets in it. Any thread.
  void note_said(pindus_str text);
  [[nodiscard]] std::vector<std::string> take_said();

 private:
  std::mutex mutex_;
  std::vector<std::size_t> refused_;
  std::vector<TokenTime> times_;
  std::vector<std::string> options_;
  std::vector<std::string> said_;
};
[[nodiscard]] Observation& observation() noexcept;

/// The host's table with every slot observed, and waiting taking no time.
[[nodiscard]] const pindus_host_1& observed_host() noexcept;

/// The slot's name: "http_send".
[[nodiscard]] std::string_view slot_name(std::size_t slot) noexcept;

}  // namespace pindus::plugin_tool
