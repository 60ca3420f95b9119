#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/environment.hpp"
#include "core/base/fault.hpp"
#include "core/command/credential_command.hpp"

namespace pindus {

/// The agent that gets every command line that is none of ours, with these arguments: PINDUS_AGENT,
/// else `induscode` on PATH; nothing where there is none. Fault: usage, where PINDUS_AGENT names no
/// program, or the agent is one of `ourselves`, which would go round in circles.
[[nodiscard]] Result<std::optional<NextProgram>> find_agent(
    const Environment& environment, std::span<const std::filesystem::path> ourselves,
    std::vector<std::string> args);

/// The first word of ours that `args` seems to mean: one edit away, and either alone or before a
/// provider's id. Nothing where it is more likely a prompt for the agent.
[[nodiscard]] std::optional<std::string> meant_command(
    std::span<const std::string> args, std::span<const std::string> first_words,
    const std::function<bool(const std::string&)>& is_provider);

}  // namespace pindus
