#pragma once

#include <optional>
#include <string>

#include "core/command/command.hpp"
#include "core/command/key_environment.hpp"

namespace pindus {

/// How variables are printed, for `auth env` and `auth grant`.
struct PrintedAs {
  std::optional<std::string> format = {};
  bool reveal = false;

  /// Declares --format and --reveal, with what is wrong in them.
  void declare(CommandOptions& command);

  /// That what is secret doesn't come onto a terminal unasked. Fault: usage.
  [[nodiscard]] Result<void> check(const Context& context) const;

  /// Prints the variables. Faults: usage, vault, for the file of a workflow.
  [[nodiscard]] Result<void> print(const KeyEnvironment& keys, Context& context) const;
};

}  // namespace pindus
