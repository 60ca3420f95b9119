#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/environment.hpp"
#include "core/base/installation.hpp"
#include "core/command/command_line.hpp"

namespace pindus {

/// The program: a command line of ours is run to its end, any other is the agent's. Used on one
/// thread.
class Program {
 public:
  explicit Program(Installation installation) : installation_(std::move(installation)) {}

  /// Runs the line and tells of its fault; gives the exit code. Doesn't return where this process
  /// becomes another program.
  [[nodiscard]] int run(std::vector<std::string> args);

 private:
  [[nodiscard]] int run_command(const ParsedLine& parsed);
  [[nodiscard]] int run_agent(std::vector<std::string> args);
  [[nodiscard]] std::optional<CredentialFault> misspelled(const std::vector<std::string>& args);

  Environment environment_ = Environment::of_process();
  Installation installation_;
};

}  // namespace pindus
