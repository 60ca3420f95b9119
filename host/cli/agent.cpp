#include "host/cli/agent.hpp"

#include <fmt/format.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ranges>

namespace pindus {
namespace {

namespace fs = std::filesystem;

CredentialFault no_agent(std::string message, std::string hint) {
  return {FaultKind::usage, "No agent", std::move(message), std::move(hint)};
}

bool is_program(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

// As execvp(3) does: a name with a slash is a path, any other is looked for on PATH.
std::optional<fs::path> find_program(const std::string& name, const Environment& environment) {
  if (name.find('/') != std::string::npos) {
    return is_program(name) ? std::optional<fs::path>(name) : std::nullopt;
  }
  const std::string search_path = environment.get("PATH").value_or("/usr/local/bin:/usr/bin:/bin");
  for (const auto folder : std::views::split(search_path, ':')) {
    const fs::path path = fs::path(folder.begin(), folder.end()) / name;
    if (is_program(path)) return path;
  }
  return std::nullopt;
}

// Whether one insertion, deletion, replacement or swap of neighbours makes `b` of `a`.
bool one_edit_apart(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1 || a == b) return false;
  const auto [first_a, first_b] = std::ranges::mismatch(a, b);
  const std::string_view rest_a(first_a, a.end());
  const std::string_view rest_b(first_b, b.end());
  if (rest_a.size() < rest_b.size()) return rest_a == rest_b.substr(1);
  if (rest_a.substr(1) == rest_b.substr(1)) return true;
  return rest_a.size() > 1 && rest_a[0] == rest_b[1] && rest_a[1] == rest_b[0] &&
         rest_a.substr(2) == rest_b.substr(2);
}

// Returns only where it failed: why, in a sentence.
std::string become(const fs::path& program, std::vector<std::string> args) {
  std::string name = program.string();
  std::vector<char*> argv{name.data()};
  for (std::string& arg : args) argv.push_back(arg.data());
  argv.push_back(nullptr);
  ::execv(name.c_str(), argv.data());
  return fmt::format("can't execute {}: {}", name, ::strerror(errno));
}

}  // namespace

Result<std::optional<fs::path>> find_agent(const Environment& environment,
                                           std::span<const fs::path> ourselves) {
  const auto named = environment.get_nonblank("PINDUS_AGENT");
  auto agent = find_program(named.value_or("induscode"), environment);
  if (!agent) {
    if (!named) return std::nullopt;
    return std::unexpected(
        no_agent(fmt::format("PINDUS_AGENT names {}, and there is no such program", *named),
                 "Set PINDUS_AGENT to the path of the agent"));
  }
  const bool is_us = std::ranges::any_of(ourselves, [&](const fs::path& path) {
    std::error_code error;
    return fs::equivalent(*agent, path, error);
  });
  if (!is_us) return agent;
  return std::unexpected(no_agent(fmt::format("{} is pindus itself", agent->string()),
                                  "Set PINDUS_AGENT to the path of the agent"));
}

CredentialFault become_agent(const fs::path& agent, std::vector<std::string> args) {
  return no_agent(become(agent, std::move(args)), "Set PINDUS_AGENT to the path of the agent");
}

CredentialFault become_plugin_tool(const Installation& installation,
                                   std::vector<std::string> args) {
  return {FaultKind::usage, "No plugin tool",
          become(installation.programs / "pindus-plugin-tool", std::move(args)),
          "Install the package pindus-plugin-dev"};
}

std::optional<std::string> meant_command(
    std::span<const std::string> args, std::span<const std::string> first_words,
    const std::function<bool(const std::string&)>& is_provider) {
  if (args.empty()) return std::nullopt;
  const auto near = std::ranges::find_if(
      first_words, [&](const std::string& word) { return one_edit_apart(args[0], word); });
  if (near == first_words.end()) return std::nullopt;
  if (args.size() > 1 && !is_provider(args[1])) return std::nullopt;
  return *near;
}

}  // namespace pindus
