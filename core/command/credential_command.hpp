#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/environment.hpp"
#include "core/base/fault.hpp"
#include "core/providers/providers.hpp"
#include "core/session/credential_io.hpp"
#include "core/vault/auth_vault.hpp"

namespace pindus {

/// What a command works with: the real ones in the program, stand-ins in tests and embedders.
/// Everything is borrowed for the call.
struct CommandContext {
  CredentialIo* io = nullptr;
  AuthVault* vault = nullptr;
  const Environment* environment = nullptr;
  /// Reads the provider directory, with these --plugin-path folders; called at most once a
  /// command, and only by commands that need it.
  std::function<const ProviderDirectory&(std::span<const std::filesystem::path> plugin_path)>
      directory;
  std::filesystem::path services_module;  ///< for open_services
  std::string program = "pindus";         ///< how hints name the program
};

/// What became of a command line.
struct CredentialResult {
  bool handled = false;  ///< false: not a command of ours; nothing was done or printed
  std::string verb;      ///< "signin", "signout", "auth key", "auth status", "plugin list", ...
  std::string provider;  ///< the provider's id, where one was named or chosen
  std::optional<CredentialFault> fault;

  /// 0, or 1 for a fault, 2 for a usage fault.
  [[nodiscard]] int exit_code() const noexcept;
};

/// Runs one command line (without the program's name). Results and prompts go through the context's
/// io; a fault is returned and not printed. Waits for the person and the network; a stop ends it
/// with an `aborted` fault.
[[nodiscard]] CredentialResult run_credential_command(std::span<const std::string> args,
                                                      const CommandContext& context,
                                                      std::stop_token stop = {});

}  // namespace pindus
