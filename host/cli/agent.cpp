#include "host/cli/agent.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/programs.hpp"
#include "core/base/text.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

constexpr const char* set_agent = "set PINDUS_AGENT to the path of the agent";

CredentialFault no_agent(std::string message, std::string hint) {
  return {FaultKind::usage, "No agent", std::move(message), std::move(hint)};
}

}  // namespace

Result<std::optional<NextProgram>> find_agent(const Environment& environment,
                                              std::span<const fs::path> ourselves,
                                              std::vector<std::string> args) {
  const auto named = environment.get_nonblank("PINDUS_AGENT");
  auto agent = find_program(named.value_or("induscode"), environment);
  if (!agent) {
    if (!named) return std::nullopt;
    return std::unexpected(no_agent(
        fmt::format("PINDUS_AGENT names {}, and there is no such program", *named), set_agent));
  }
  const bool is_us = std::ranges::any_of(ourselves, [&](const fs::path& path) {
    std::error_code error;
    return fs::equivalent(*agent, path, error);
  });
  if (!is_us) return NextProgram{*std::move(agent), std::move(args), no_agent("", set_agent)};
  return std::unexpected(no_agent(fmt::format("{} is pindus itself", agent->string()), set_agent));
}

std::optional<std::string> meant_command(
    std::span<const std::string> args, std::span<const std::string> first_words,
    const std::function<bool(const std::string&)>& is_provider) {
  if (args.empty()) return std::nullopt;
  const auto near = std::ranges::find_if(
      first_words, [&](const std::string& word) { return edit_distance(args[0], word) == 1; });
  if (near == first_words.end()) return std::nullopt;
  if (args.size() > 1 && !is_provider(args[1])) return std::nullopt;
  return *near;
}

}  // namespace pindus
