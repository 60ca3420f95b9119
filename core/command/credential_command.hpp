#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/fault.hpp"
#include "core/context.hpp"

namespace pindus {

/// A program that shall take this one's place (execve), once the terminal is as it was.
struct NextProgram {
  std::filesystem::path path;
  std::vector<std::string> args;  ///< without the program's own name
  CredentialFault otherwise;      ///< where it can't be executed; the reason is added
  std::string name = {};          ///< what it is called by, where that isn't its path
  /// Variables of its environment that differ from ours.
  std::vector<std::pair<std::string, Secret>> set = {};
  std::vector<std::string> remove = {};
  /// What this process does last before that, with one thread; a fault takes the program's place.
  std::function<Result<void>()> before = {};
};

/// Becomes that program; returns only where it can't be: `otherwise`, with the reason.
[[nodiscard]] CredentialFault become(NextProgram next);

/// What became of a command line.
struct CredentialResult {
  bool handled = false;  ///< false: not a command of ours; nothing was done or printed
  std::string verb;      ///< "signin", "signout", "auth key", "auth status", "plugin list", ...
  std::string provider;  ///< the provider's id, where one was named or chosen
  std::optional<CredentialFault> fault;
  std::optional<NextProgram> next;  ///< what the caller is to become

  /// 0, or that of the fault.
  [[nodiscard]] int exit_code() const noexcept;
};

/// Runs one command line (without the program's name). Results and prompts go through the context's
/// io; a fault is returned and not printed. Waits for the person and the network; the context's
/// stop ends it with an `aborted` fault.
[[nodiscard]] CredentialResult run_credential_command(std::span<const std::string> args,
                                                      Context& context);

}  // namespace pindus
