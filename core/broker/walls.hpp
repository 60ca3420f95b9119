#pragma once

#include <filesystem>
#include <vector>

#include "core/base/fault.hpp"

namespace pindus::broker {

/// What a command can't see or reach any more.
struct Walls {
  /// Empty file systems over these; what stands there in other places stays.
  std::vector<std::filesystem::path> hidden = {};
  /// No network but a loopback of its own.
  bool no_network = false;

  [[nodiscard]] bool any() const noexcept { return no_network || !hidden.empty(); }
};

/// Raises walls around this process and what it will start, without root: in a user namespace of
/// its own (user_namespaces(7)), in which it then gives up every capability and the means to get
/// new ones, so that it can't take them down again. For a process with one thread. Where it fails,
/// nothing is as it was: the caller ends. Fault: not-executable, with what the system doesn't
/// allow.
[[nodiscard]] Result<void> raise_walls(const Walls& walls);

/// Whether that would succeed, tried in another process.
[[nodiscard]] bool can_raise_walls(const Walls& walls);

}  // namespace pindus::broker
