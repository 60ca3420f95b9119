#pragma once

#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/command/credential_command.hpp"
#include "core/command/grammar.hpp"

namespace pindus {

/// One command while it runs.
struct CommandRun {
  const CommandContext& context;
  std::span<const std::filesystem::path> plugin_path;
  std::stop_token stop;
  std::string provider;  ///< becomes CredentialResult::provider
  const ProviderDirectory* loaded = nullptr;

  /// The provider directory; the first call reads it and tells what is wrong with it.
  [[nodiscard]] const ProviderDirectory& directory();

  /// The provider of that id. Fault: unknown-provider, with the names that were perhaps meant.
  [[nodiscard]] Result<const Provider*> find_provider(std::string_view id);
};

/// "OpenAI (openai)"; only the id where there is no manifest.
[[nodiscard]] std::string provider_title(const Provider* provider, std::string_view id);

/// The commands. Each prints its result; a fault is returned and not printed.
[[nodiscard]] Result<void> run_signin(const SigninCommand& command, CommandRun& run);
[[nodiscard]] Result<void> run_signout(const SignoutCommand& command, CommandRun& run);
[[nodiscard]] Result<void> run_auth_key(const AuthKeyCommand& command, CommandRun& run);
[[nodiscard]] Result<void> run_auth_status(const AuthStatusCommand& command, CommandRun& run);
[[nodiscard]] Result<void> run_plugin_list(const PluginListCommand& command, CommandRun& run);
[[nodiscard]] Result<void> run_plugin_show(const PluginShowCommand& command, CommandRun& run);

/// `signin --list`.
[[nodiscard]] Result<void> list_accounts(const SigninCommand& command, CommandRun& run);

}  // namespace pindus
