#include "host/cli/program.hpp"

#include <fmt/format.h>
#include <string.h>

#include <cerrno>
#include <functional>
#include <utility>

#include "core/command/grammar.hpp"
#include "core/keys/plugin_refresher.hpp"
#include "core/vault/disk_vault.hpp"
#include "host/cli/agent.hpp"
#include "host/cli/descriptors.hpp"
#include "host/cli/profile.hpp"
#include "host/cli/signals.hpp"
#include "host/cli/terminal.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

// The refresher of the program: a fresh key never asks for it, and then no manifest is read.
class LateRefresher final : public TokenRefresher {
 public:
  explicit LateRefresher(std::function<OAuthContext()> context) : context_(std::move(context)) {}

  Policy policy(std::string_view provider) override { return refresher().policy(provider); }
  std::expected<OAuthCredentials, RefreshFailure> refresh(std::string_view provider,
                                                          std::string_view account,
                                                          const OAuthCredentials& current,
                                                          std::stop_token stop) override {
    return refresher().refresh(provider, account, current, std::move(stop));
  }

 private:
  PluginTokenRefresher& refresher() {
    if (!refresher_) refresher_.emplace(context_());
    return *refresher_;
  }

  std::function<OAuthContext()> context_;
  std::optional<PluginTokenRefresher> refresher_;
};

void tell(const CredentialFault& fault) {
  static_cast<void>(write_line(2, format_credential_fault(fault)));
}

int told(const CredentialFault& fault) {
  tell(fault);
  return fault.kind == FaultKind::usage ? 2 : 1;
}

// What the line says, where it is one of ours and right.
template <typename Command>
const Command* command_of(const ParsedLine& parsed) {
  return parsed.handled && parsed.line ? std::get_if<Command>(&parsed.line->command) : nullptr;
}

}  // namespace

Program::Program(Installation installation)
    : installation_(std::move(installation)),
      profile_(profile_directory()),
      options_(DirectoryOptions::beside(installation_.executable, profile_.value_or(fs::path()),
                                        environment_)) {}

std::optional<int> Program::run_command(std::span<const std::string> args) {
  const ParsedLine parsed = parse_command_line(args, "pindus");
  if (const auto* tool = command_of<PluginToolCommand>(parsed)) {
    return told(become_plugin_tool(installation_, tool->args));
  }
  const bool needs_profile =
      parsed.handled && parsed.line && command_of<HelpCommand>(parsed) == nullptr;
  if (!profile_ && needs_profile) return told(profile_.error());

  Terminal terminal(environment_);
  const Signals signals(
      {.before_stop = [&] { terminal.suspend(); }, .after_continue = [&] { terminal.resume(); }});
  LateRefresher refresher([&] {
    return OAuthContext{.directory = &directory({}),
                        .environment = &environment_,
                        .services_module = installation_.services_module,
                        .log = [&](std::string_view line) { terminal.notice(line); }};
  });
  DiskVault vault(profile_.value_or(fs::path()), &refresher);
  const CredentialResult result = run_credential_command(
      args,
      {.io = &terminal,
       .vault = &vault,
       .environment = &environment_,
       .directory = [&](const auto plugin_path) -> auto& { return directory(plugin_path); },
       .services_module = installation_.services_module},
      signals.token());
  if (!result.handled) return std::nullopt;
  int code = result.exit_code();
  if (result.fault) terminal.notice(format_credential_fault(*result.fault));
  if (const int error = terminal.output_error(); error != 0) {
    terminal.notice(
        fmt::format("Output error: can't write to standard output: {}", ::strerror(error)));
    if (code == 0) code = 1;
  }
  return signals.exit_code() != 0 ? signals.exit_code() : code;
}

int Program::run_agent(std::vector<std::string> args) {
  const bool passed_on = !args.empty() && args.front() == "--";
  if (passed_on) {
    args.erase(args.begin());
  } else if (const auto fault = misspelled(args)) {
    return told(*fault);
  }
  const auto agent =
      find_agent(environment_, std::array{installation_.executable, installation_.front});
  if (!agent) return told(agent.error());
  if (*agent) return told(become_agent(**agent, std::move(args)));
  if (args.empty() && !passed_on) {
    static_cast<void>(run_command(std::array{std::string("--help")}));
  }
  return told({FaultKind::usage, "No agent", "no program named induscode is on PATH",
               "Set PINDUS_AGENT to the path of the agent"});
}

std::optional<CredentialFault> Program::misspelled(std::span<const std::string> args) {
  const auto is_provider = [&](const std::string& id) {
    return directory({}).find_provider(id) != nullptr;
  };
  const auto meant = meant_command(args, first_words(), is_provider);
  if (!meant) return std::nullopt;
  return credential_fault(
      FaultKind::usage,
      fmt::format("\"{}\" is no command; did you mean {}?", printable(args[0]), *meant),
      fmt::format("pindus -- {} passes it on to the agent", printable(args[0])));
}

const ProviderDirectory& Program::directory(std::span<const fs::path> plugin_path) {
  if (!directory_) {
    options_.command_line_path.assign(plugin_path.begin(), plugin_path.end());
    directory_ = ProviderDirectory::discover(options_);
  }
  return *directory_;
}

}  // namespace pindus
