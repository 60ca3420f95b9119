#include "host/cli/agent.hpp"

#include <fmt/format.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ranges>

#include "core/base/text.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

constexpr const char* set_agent = "set PINDUS_AGENT to the path of the agent";

CredentialFault no_agent(std::string message, std::string hint) {
  return {FaultKind::usage, "No agent", std::move(message), std::move(hint)};
}

bool is_program(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

// A name with a slash is a path, any other is looked for on PATH. Where execvp(3) would go on to
// have a shell run what the kernel can't, this doesn't.
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
  std::string name = next.path.string();
  std::vector<char*> argv{name.data()};
  for (std::string& arg : next.args) argv.push_back(arg.data());
  argv.push_back(nullptr);
  ::execv(name.c_str(), argv.data());
  next.otherwise.message = fmt::format("can't execute {}: {}", name, ::strerror(errno));
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
