#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/command/credential_command.hpp"

namespace CLI {
class App;
}

namespace pindus {

/// Does what the command line said: prints through the context's io, notes the provider in
/// `result`, and returns a fault without printing it.
using CommandBody = std::function<Result<void>(Context& context, CredentialResult& result)>;

/// The options of one command, as it declares them. Names are written as in a help text:
/// "--list,--ls". What is read goes into variables that must live as long as the body.
class CommandOptions {
 public:
  explicit CommandOptions(CLI::App& app) : app_(app) {}

  void required(const std::string& name, std::string& into, const std::string& help);
  void positional(const std::string& name, std::optional<std::string>& into,
                  const std::string& help);
  void positionals(const std::string& name, std::vector<std::string>& into,
                   const std::string& help);
  void value(const std::string& name, const std::string& type, std::optional<std::string>& into,
             const std::string& help);
  /// A number of seconds, of at most nine digits.
  void seconds(const std::string& name, std::optional<std::chrono::seconds>& into,
               const std::string& help);
  /// May be given again and again.
  void values(const std::string& name, const std::string& type, std::vector<std::string>& into,
              const std::string& help);
  void flag(const std::string& name, bool& into, const std::string& help);

  /// The provider of a command that takes it in its place or as --provider.
  void provider(std::optional<std::string>& into);

  /// Whatever follows, options too: another program's to read.
  void rest(std::vector<std::string>& into);

  /// The command that stands behind "--", a program and its arguments: in a line with that flag,
  /// where one is named. Where there has to be one is the caller's to check.
  void program(std::vector<std::string>& into, std::string with_flag = {}) {
    program_ = &into;
    program_flag_ = std::move(with_flag);
  }

  /// Takes from a line of this command what `program` wants; the line without it.
  [[nodiscard]] std::vector<std::string> take_program(std::span<const std::string> args) const;

  /// Looks at all that was read together; what is wrong with it is one sentence.
  void check(std::function<std::optional<std::string>()> check);

  /// For the grammar, when the line has been read: fills `rest`, and what is wrong.
  [[nodiscard]] std::optional<std::string> finish();

 private:
  CLI::App& app_;
  std::vector<std::function<std::optional<std::string>()>> checks_;
  std::vector<std::string>* rest_ = nullptr;
  std::vector<std::string>* program_ = nullptr;
  std::string program_flag_;
};

/// What there has to be before a command's body runs.
enum class CommandNeeds {
  profile,    ///< and providers, so that it takes --plugin-path
  providers,  ///< these alone: without a profile it tells that itself
  nothing,
};

/// A command: its words, its line in the help, and what declares its options and gives its body.
struct Command {
  std::string_view words;  ///< "auth key"
  std::string_view alias;  ///< another first word, "login"
  std::string_view summary;
  CommandBody (*declare)(CommandOptions& options);
  CommandNeeds needs = CommandNeeds::profile;
};

/// All of them, in the order of the help.
[[nodiscard]] std::span<const Command> commands();

/// A first word that stands only before others, and its line in the help.
struct CommandGroup {
  std::string_view word;
  std::string_view summary;
};
[[nodiscard]] std::span<const CommandGroup> command_groups();

/// How far off a moment is (epoch milliseconds), in its two largest units: "5 min", "2 h 10 min".
[[nodiscard]] std::string time_until(std::int64_t moment_ms);
/// How long ago it was.
[[nodiscard]] std::string time_since(std::int64_t moment_ms);

/// A provider, and an account of it where one is named, as arguments write them: "openai:work".
struct NamedKey {
  std::string provider;
  std::optional<std::string> account;
};
[[nodiscard]] NamedKey parse_named_key(std::string_view argument);

/// That an account is stored. Fault: not-found, with the command that lists those that are.
[[nodiscard]] Result<void> require_account(const Context& context, const Account& account);

/// "OpenAI (openai)"; only the id where there is no manifest.
[[nodiscard]] std::string provider_title(const Provider* provider, std::string_view id);

}  // namespace pindus
