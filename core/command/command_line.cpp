#include "core/command/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"

namespace pindus {
namespace {

// A wrong command line, found by ourselves.
struct UsageError {
  std::string sentence;
};

// Lists commands by the words that run them ("auth key"), so that one page shows all of them.
class HelpFormatter final : public CLI::Formatter {
 public:
  HelpFormatter() {
    column_width(28);
    label("OPTIONS", "options");
    label("SUBCOMMAND", "COMMAND");
    label("REQUIRED", "");
    label("Positionals", "Arguments");
  }
  std::string make_description(const CLI::App* command) const override {
    return command->get_description() + "\n\n";
  }
  std::string make_subcommand(const CLI::App* command) const override {
    const auto parts = command->get_subcommands(nullptr);
    if (parts.empty()) return one_line(command, command->get_display_name(true));
    std::string text;
    for (const CLI::App* part : parts) {
      text += one_line(part, command->get_name() + " " + part->get_name());
    }
    return text;
  }

 private:
  std::string one_line(const CLI::App* command, const std::string& words) const {
    return fmt::format("  {:<{}}{}\n", words, get_column_width() - 2, command->get_description());
  }
};

std::string_view first_word(const Command& command) {
  return command.words.substr(0, command.words.find(' '));
}

// The whole grammar, and what each command of it declares.
struct Grammar {
  std::unique_ptr<CLI::App> root;
  std::map<const CLI::App*, std::shared_ptr<CommandOptions>> options = {};
};

void add_command(Grammar& grammar, const Command& row, CommandLine& line) {
  CLI::App& root = *grammar.root;
  const auto blank = row.words.find(' ');
  CLI::App& parent = blank == row.words.npos
                         ? root
                         : *root.get_subcommand(std::string(row.words.substr(0, blank)));
  CLI::App* command =
      parent.add_subcommand(std::string(row.words.substr(blank == row.words.npos ? 0 : blank + 1)),
                            std::string(row.summary));
  if (!row.alias.empty()) command->alias(std::string(row.alias));
  const auto options = std::make_shared<CommandOptions>(*command);
  grammar.options.emplace(command, options);
  const CommandBody body = row.declare(*options);
  if (row.needs != CommandNeeds::nothing) {
    command
        ->add_option("--plugin-path", line.plugin_path,
                     "a folder with manifests and plugins of your own; may be given again")
        ->type_name("DIR")
        ->allow_extra_args(false);
  }
  command->callback([&line, options, body, &row] {
    if (auto wrong = options->finish()) throw UsageError{*std::move(wrong)};
    line.body = body;
    line.needs_profile = row.needs == CommandNeeds::profile;
  });
}

// The sub-command of that name or alias, else null.
const CLI::App* find_command(const CLI::App& parent, const std::string& word) {
  const auto found =
      parent.get_subcommands([&](const CLI::App* command) { return command->check_name(word); });
  return found.empty() ? nullptr : found.front();
}

// What is read goes into `line`, which must outlive the grammar.
Grammar make_grammar(std::span<const Command> table, CommandLine& line) {
  Grammar grammar{std::make_unique<CLI::App>(
      "Signs in at AI providers, keeps what they gave, and hands out the key that a request needs.",
      "pindus")};
  CLI::App* const root = grammar.root.get();
  root->formatter(std::make_shared<HelpFormatter>());
  root->set_help_flag("-h,--help", "show this text");
  root->set_version_flag("--version", "pindus " PINDUS_VERSION, "show the version");
  root->option_defaults()->disable_flag_override();
  root->require_subcommand(1);
  for (const Command& row : table) {
    const auto groups = command_groups();
    const auto group = std::ranges::find(groups, first_word(row), &CommandGroup::word);
    if (group != groups.end() && find_command(*root, std::string(group->word)) == nullptr) {
      root->add_subcommand(std::string(group->word), std::string(group->summary))
          ->require_subcommand(1);
    }
    add_command(grammar, row, line);
  }
  // Last, because sub-commands inherit it.
  root->footer(
      "Anything else is passed on to the agent: pindus -- WORD always is.\n"
      "More about a command: pindus COMMAND --help");
  return grammar;
}

// The rows that a line can be about: the one whose words it begins with, since the help of a
// command is about that alone, else all.
std::span<const Command> rows_of(std::span<const Command> table,
                                 std::span<const std::string> args) {
  const auto begins_line = [&](std::string_view words) {
    const auto blank = words.find(' ');
    return !args.empty() && args[0] == words.substr(0, blank) &&
           (blank == words.npos || (args.size() > 1 && args[1] == words.substr(blank + 1)));
  };
  const auto row = std::ranges::find_if(table, [&](const Command& command) {
    return begins_line(command.words) || (!command.alias.empty() && begins_line(command.alias));
  });
  return row == table.end() ? table : std::span(row, 1);
}

// The command that the line's first words name, and how they are spelled; null where they name
// none.
struct NamedCommand {
  const CLI::App* command = nullptr;
  std::string verb;  // "signin", "auth key"
};

NamedCommand named_command(const CLI::App& root, std::span<const std::string> args) {
  NamedCommand named;
  const CLI::App* parent = &root;
  for (const std::string& word : args) {
    const CLI::App* command = find_command(*parent, word);
    if (command == nullptr) break;
    named.verb += (named.verb.empty() ? "" : " ") + command->get_name();
    named.command = parent = command;
  }
  return named;
}

bool is_ours(std::span<const std::string> args, const NamedCommand& named) {
  if (args.empty()) return false;
  if (named.command == nullptr) {
    return args[0] == "--help" || args[0] == "-h" || args[0] == "--version";
  }
  const bool whole = named.command->get_subcommands(nullptr).empty();
  return whole || args.size() == 1 || args[1].starts_with('-');
}

// CLI11 takes the argument after "--account=" for its value.
void refuse_empty_values(std::span<const std::string> args) {
  for (const std::string& arg : args) {
    if (arg == "--") return;
    if (arg.starts_with("--") && arg.find('=') == arg.size() - 1) {
      throw UsageError{fmt::format("{} needs a value", arg.substr(0, arg.size() - 1))};
    }
  }
}

// CLI11 quotes what it can't take; that may be a key in the wrong place.
std::string left_over(const CLI::App& root, const std::string& verb) {
  for (const std::string& arg : root.remaining(true)) {
    if (!arg.starts_with('-')) continue;
    return fmt::format("{} has no option {}", verb, arg.substr(0, arg.find('=')));
  }
  return fmt::format("{} takes no further argument", verb);
}

std::string sentence_of(const CLI::ArgumentMismatch& error) {
  const std::string text = error.what();
  if (text.ends_with("disallowed flag override")) {
    return fmt::format("--{} takes no value", text.substr(0, text.find(' ')));
  }
  const std::string option = text.substr(0, text.find(':'));
  return fmt::format("{} {}", option,
                     text.ends_with("missing") ? "needs a value" : "is given more than once");
}

std::string sentence_of(const CLI::RequiredError& error, const NamedCommand& named) {
  const auto parts = named.command->get_subcommands([](const CLI::App*) { return true; });
  if (parts.empty()) return error.what();
  std::vector<std::string> words;
  for (const CLI::App* part : parts) words.push_back(part->get_name());
  return fmt::format("{} needs a command: {}", named.verb, fmt::join(words, ", "));
}

std::string without_last_newlines(std::string text) {
  text.erase(text.find_last_not_of('\n') + 1);
  return text;
}

Result<CommandLine> parse(const Grammar& grammar, const NamedCommand& named, CommandLine& line,
                          std::span<const std::string> args) {
  CLI::App& root = *grammar.root;
  std::string sentence;
  try {
    const auto declared = grammar.options.find(named.command);
    std::vector<std::string> words = declared == grammar.options.end()
                                         ? std::vector<std::string>(args.begin(), args.end())
                                         : declared->second->take_program(args);
    refuse_empty_values(words);
    std::ranges::reverse(words);
    root.parse(std::move(words));
    return std::move(line);
  } catch (const CLI::CallForHelp&) {
    line.help = without_last_newlines(root.help());
    return std::move(line);
  } catch (const CLI::CallForVersion&) {
    line.help = root.version();
    return std::move(line);
  } catch (const UsageError& error) {
    sentence = error.sentence;
  } catch (const CLI::ExtrasError&) {
    sentence = left_over(root, named.verb);
  } catch (const CLI::ArgumentMismatch& error) {
    sentence = sentence_of(error);
  } catch (const CLI::RequiredError& error) {
    sentence = sentence_of(error, named);
  } catch (const CLI::ParseError& error) {
    sentence = error.what();
  }
  return fail(FaultKind::usage, std::move(sentence), fmt::format("pindus {} --help", named.verb));
}

}  // namespace

void CommandOptions::required(const std::string& name, std::string& into, const std::string& help) {
  app_.add_option(name, into, help)->type_name("")->required();
}

void CommandOptions::positional(const std::string& name, std::optional<std::string>& into,
                                const std::string& help) {
  app_.add_option(name, into, help)->type_name("");
}

void CommandOptions::value(const std::string& name, const std::string& type,
                           std::optional<std::string>& into, const std::string& help) {
  app_.add_option(name, into, help)->type_name(type);
}

void CommandOptions::seconds(const std::string& name, std::optional<std::chrono::seconds>& into,
                             const std::string& help) {
  const auto text = std::make_shared<std::optional<std::string>>();
  value(name, "SECONDS", *text, help);
  check([name, text, &into]() -> std::optional<std::string> {
    if (!*text) return std::nullopt;
    const std::string& digits = **text;
    int count = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (error != std::errc() || end != digits.data() + digits.size() || count < 0 ||
        digits.size() > 9) {
      return fmt::format("{} takes a number of seconds", name);
    }
    into = std::chrono::seconds(count);
    return std::nullopt;
  });
}

void CommandOptions::values(const std::string& name, const std::string& type,
                            std::vector<std::string>& into, const std::string& help) {
  app_.add_option(name, into, help)->type_name(type)->allow_extra_args(false);
}

void CommandOptions::positionals(const std::string& name, std::vector<std::string>& into,
                                 const std::string& help) {
  app_.add_option(name, into, help)->type_name("");
}

void CommandOptions::flag(const std::string& name, bool& into, const std::string& help) {
  app_.add_flag(name, into, help);
}

void CommandOptions::provider(std::optional<std::string>& into) {
  const auto named = std::make_shared<std::optional<std::string>>();
  positional("PROVIDER", into, "the provider's id, such as openai");
  value("--provider", "ID", *named, "the same, as an option");
  check([named, &into]() -> std::optional<std::string> {
    if (into && *named && !same_provider(*into, **named)) return "two providers are named";
    if (!into) into = *named;
    return std::nullopt;
  });
}

void CommandOptions::rest(std::vector<std::string>& into) {
  app_.prefix_command();
  app_.set_help_flag();
  rest_ = &into;
}

void CommandOptions::check(std::function<std::optional<std::string>()> check) {
  checks_.push_back(std::move(check));
}

std::vector<std::string> CommandOptions::take_program(std::span<const std::string> args) const {
  const auto dashes = std::ranges::find(args, "--");
  const bool is_wanted =
      program_ != nullptr &&
      (program_flag_.empty() || std::find(args.begin(), dashes, program_flag_) != dashes);
  if (!is_wanted || dashes == args.end()) return {args.begin(), args.end()};
  program_->assign(std::next(dashes), args.end());
  return {args.begin(), dashes};
}

std::optional<std::string> CommandOptions::finish() {
  if (rest_ != nullptr) *rest_ = app_.remaining();
  for (const auto& check : checks_) {
    if (auto wrong = check()) return wrong;
  }
  return std::nullopt;
}

ParsedLine parse_command_line(std::span<const std::string> args, std::span<const Command> table) {
  CommandLine line;
  const Grammar grammar = make_grammar(rows_of(table, args), line);
  const NamedCommand named = named_command(*grammar.root, args);
  if (!is_ours(args, named)) return {};
  return {true, named.verb, parse(grammar, named, line, args)};
}

std::vector<std::string> first_words() {
  std::vector<std::string> words;
  for (const Command& command : commands()) {
    const std::string first(first_word(command));
    if (std::ranges::find(words, first) == words.end()) words.push_back(first);
    if (!command.alias.empty()) words.emplace_back(command.alias);
  }
  return words;
}

}  // namespace pindus
