#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fault.hpp"
#include "core/base/file_descriptor.hpp"
#include "core/broker/plan.hpp"

namespace pindus::broker {

/// How commands talk to a broker that serves: over a Unix socket in the profile, which is the
/// person's alone, one request a connection. Every function has these faults: not-found "No
/// broker", where none serves; vault, where it doesn't answer.

/// Where the socket is.
[[nodiscard]] std::filesystem::path control_socket(const std::filesystem::path& profile);

/// Makes it, for the broker. Fault: name-collision, where another one serves.
[[nodiscard]] Result<FileDescriptor> listen_for_control(const std::filesystem::path& profile);

/// A Unix socket of that path that listens, mode 0600; one that nobody serves is replaced. Faults:
/// name-collision, where somebody does, or something else has the name; vault.
[[nodiscard]] Result<FileDescriptor> listen_on_socket(const std::filesystem::path& path);

/// How programs reach it: the `host` and `socket` of a plan.
struct ServedAt {
  std::string host;
  std::filesystem::path socket = {};
};
[[nodiscard]] Result<ServedAt> served_at(const std::filesystem::path& profile);

/// Lets whoever has the plan's token ask for what it says.
[[nodiscard]] Result<void> grant(const std::filesystem::path& profile, const BrokerPlan& plan);

/// Takes that back, by the name of its run or by its token, and ends what is under way; how many
/// grants it was. `revoke_all`: of all.
[[nodiscard]] Result<std::int64_t> revoke(const std::filesystem::path& profile,
                                          std::string_view run_or_token);
[[nodiscard]] Result<std::int64_t> revoke_all(const std::filesystem::path& profile);

/// The runs (see run_log) of what is granted.
[[nodiscard]] Result<std::vector<std::string>> granted_runs(const std::filesystem::path& profile);

}  // namespace pindus::broker
