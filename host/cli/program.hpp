#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "core/base/environment.hpp"
#include "core/base/fault.hpp"
#include "core/base/installation.hpp"
#include "core/command/credential_command.hpp"
#include "core/providers/providers.hpp"

namespace pindus {

/// The parts of pindus put together as the installed (or built) tree around this executable has
/// them. Used on one thread.
class Program {
 public:
  explicit Program(Installation installation);

  /// Runs a command line of ours to its end, and tells of its fault. Nothing: it is none of ours.
  [[nodiscard]] std::optional<int> run_command(std::span<const std::string> args);

  /// Passes the line on to the agent; returns only where that can't be, with the exit code.
  [[nodiscard]] int run_agent(std::vector<std::string> args);

 private:
  const ProviderDirectory& directory(std::span<const std::filesystem::path> plugin_path);
  [[nodiscard]] std::optional<CredentialFault> misspelled(std::span<const std::string> args);

  Environment environment_ = Environment::of_process();
  Installation installation_;
  Result<std::filesystem::path> profile_;
  DirectoryOptions options_;
  std::optional<ProviderDirectory> directory_;
};

}  // namespace pindus
