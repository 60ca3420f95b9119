#pragma once

#include <chrono>
#include <expected>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/environment.hpp"
#include "core/base/secret.hpp"

namespace pindus {

/// Why a command gave nothing: the end of a sentence that begins with it ("ended with status 1"),
/// or that it was stopped.
struct CommandFailure {
  std::string reason;
  bool stopped = false;
};

/// Runs a program and gives what it printed, at most 64 KiB. No shell: `argv` is what it gets, the
/// first of it looked for on PATH. It reads nothing, and says what it has to say on our standard
/// error; a terminal is its to ask on. After `limit`, or a stop, it is ended. Waits; any thread.
[[nodiscard]] std::expected<Secret, CommandFailure> run_command(
    const std::vector<std::string>& argv, std::chrono::milliseconds limit,
    const Environment& environment, const std::stop_token& stop);

}  // namespace pindus
