#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/session/run_method.hpp"

namespace pindus {

/// One request of ours, which no plugin makes: it is asked only whether the server takes a key.
struct Probe {
  std::string method = "GET";
  std::string url = {};
  std::vector<std::pair<std::string, Secret>> headers = {};
};

/// What of an answer counts; the rest of it is thrown away.
struct ProbeAnswer {
  int status = 0;
  /// How far the server's clock is ahead of ours, as its Date field tells (RFC 9110, section
  /// 6.6.1); nothing where it has none.
  std::optional<std::chrono::seconds> clock_ahead = {};
};

/// The server's answer. Waits 15 s at most; any thread. Faults: vault ("Not checked"), where none
/// came; aborted.
[[nodiscard]] Result<ProbeAnswer> send_probe(const SessionRequest& session, Probe probe);

}  // namespace pindus
