#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/command/command.hpp"

namespace pindus {

/// A command line of ours, understood.
struct CommandLine {
  std::vector<std::filesystem::path> plugin_path;
  std::string help;  ///< of --help or --version, without the last newline: nothing else is done
  CommandBody body;  ///< else
  bool needs_profile = false;
};

/// What became of reading a command line.
struct ParsedLine {
  bool handled = false;  ///< false: not a command of ours
  std::string verb;      ///< "signin", "auth key", ...; also where the rest of the line is wrong
  Result<CommandLine> line;
};

/// Reads a command line (without the program's name). Fault: usage; it never quotes a value, which
/// may be a key in the wrong place.
[[nodiscard]] ParsedLine parse_command_line(std::span<const std::string> args,
                                            std::span<const Command> table = commands());

/// Runs what was read: the second half of run_credential_command.
[[nodiscard]] CredentialResult run_command_line(const ParsedLine& parsed, Context& context);

/// The words that a command line of ours can begin with: "signin", "login", "auth", ...
[[nodiscard]] std::vector<std::string> first_words();

}  // namespace pindus
