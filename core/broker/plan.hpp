#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret.hpp"
#include "core/broker/gate.hpp"
#include "core/broker/run_limits.hpp"

namespace pindus::broker {

/// One provider of a run.
struct BrokeredProvider {
  std::string id;
  std::optional<std::string> account = {};  ///< nothing: the default one, whichever that is
  CallRules rules = {};
  std::string error = {};  ///< how it says errors: JSON, see error_answer; empty: as most do
};

/// What a broker is told when it is started: once, by whoever starts it, over a socket. It is
/// never on a disk or a command line.
struct BrokerPlan {
  Secret token = {};      ///< what the program has in the place of every key
  std::string host = {};  ///< what the program reaches the listener by: "127.0.0.1:40123"
  std::filesystem::path socket = {};  ///< where that is a Unix socket; `host` stands in requests
  std::vector<BrokeredProvider> providers = {};
  RunLimits limits = {};
  std::filesystem::path log = {};      ///< see RunLog
  std::filesystem::path profile = {};  ///< whose vault has the keys
  std::vector<std::filesystem::path> plugin_path = {};

  /// The plan as JSON.
  [[nodiscard]] Secret dump() const;

  /// The reverse; the error is one sentence.
  [[nodiscard]] static std::expected<BrokerPlan, std::string> parse(std::string_view json);
};

/// A token for a run: 256 random bits between a beginning and an end that are always the same, by
/// which people and programs know what it is. Throws std::system_error where the system has no
/// random source.
[[nodiscard]] Secret make_token();

}  // namespace pindus::broker
