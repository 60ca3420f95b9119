#include "host/cli/agent.hpp"

#include <fmt/format.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "core/base/programs.hpp"
#include "core/base/text.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

constexpr const char* set_agent = "set PINDUS_AGENT to the path of the agent";

CredentialFault no_agent(std::string message, std::string hint) {
  return {FaultKind::usage, "No agent", std::move(message), std::move(hint)};
}

// Our environment with what differs in the program's.
std::vector<std::string> environment_of(const NextProgram& next) {
  const auto is_changed = [&](std::string_view name) {
    return std::ranges::find(next.remove, name) != next.remove.end() ||
           std::ranges::find(next.set, name, [](const auto& variable) {
             return std::string_view(variable.first);
           }) != next.set.end();
  };
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    if (!is_changed(variable.substr(0, variable.find('=')))) variables.emplace_back(variable);
  }
  for (const auto& [name, value] : next.set) {
    variables.push_back(fmt::format("{}={}", name, value.view()));
  }
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
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

CredentialFault become(NextProgram next) {
  if (next.before) {
    if (auto done = next.before(); !done) return std::move(done).error();
  }
  const std::string path = next.path.string();
  std::vector<std::string> args{next.name.empty() ? path : next.name};
  std::ranges::move(next.args, std::back_inserter(args));
  std::vector<std::string> variables = environment_of(next);
  ::execve(path.c_str(), pointers_to(args).data(), pointers_to(variables).data());
  next.otherwise.message = fmt::format("can't execute {}: {}", path, ::strerror(errno));
  return std::move(next.otherwise);
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
