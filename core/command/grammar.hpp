#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/fault.hpp"
#include "core/vault/auth_vault.hpp"

namespace pindus {

/// What each command was told on its command line.
struct HelpCommand {
  std::string text;  ///< of --help or --version, without the last newline
};
struct SigninCommand {
  std::optional<std::string> provider;
  std::optional<std::string> account;
  std::optional<AuthKind> method;
  std::map<std::string, std::string, std::less<>> answers;  ///< --set
  bool list = false;
  bool open_browser = true;
  bool show_qr = true;
  OnExisting on_existing = OnExisting::refuse;
};
struct SignoutCommand {
  std::optional<std::string> provider;
  std::optional<std::string> account;
};
struct AuthKeyCommand {
  std::string provider;
  std::optional<std::string> account;
  bool json = false;
};
struct AuthStatusCommand {
  std::optional<std::string> provider;
  bool json = false;
};
struct PluginListCommand {
  bool json = false;
};
struct PluginShowCommand {
  std::string provider;
  bool json = false;
};

/// `plugin new` and `plugin check`: what the SDK's own program does, and its arguments. Only the
/// program itself runs it; in run_credential_command it is a fault.
struct PluginToolCommand {
  std::vector<std::string> args;  ///< "check", "acme.json"
};

/// A command line of ours, understood.
struct CommandLine {
  std::string verb;  ///< "signin", "auth key", ...; empty for the program's own --help
  std::vector<std::filesystem::path> plugin_path;
  std::variant<HelpCommand, SigninCommand, SignoutCommand, AuthKeyCommand, AuthStatusCommand,
               PluginListCommand, PluginShowCommand, PluginToolCommand>
      command;
};

/// What became of reading a command line.
struct ParsedLine {
  bool handled = false;  ///< false: not a command of ours
  std::string verb;      ///< also where the rest of the line is wrong
  Result<CommandLine> line;
};

/// Reads a command line (without the program's name). `program` is how help and hints name the
/// program. Fault: usage; it never quotes a value, which may be a key in the wrong place.
[[nodiscard]] ParsedLine parse_command_line(std::span<const std::string> args,
                                            const std::string& program);

/// The words that a command line of ours can begin with: "signin", "login", "auth", ...
[[nodiscard]] std::vector<std::string> first_words();

}  // namespace pindus
