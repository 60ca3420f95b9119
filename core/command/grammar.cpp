#include "core/command/grammar.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "core/command/credential_command.hpp"

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

// The provider of a command that takes it in its place or as --provider.
struct ProviderOption {
  std::optional<std::string> in_place;
  std::optional<std::string> named;

  void add_to(CLI::App& command) {
    command.add_option("PROVIDER", in_place, "the provider's id, such as openai")->type_name("");
    command.add_option("--provider", named, "the same, as an option")->type_name("ID");
  }
  [[nodiscard]] std::optional<std::string> get() const {
    if (in_place && named && !same_provider(*in_place, *named)) {
      throw UsageError{"two providers are named"};
    }
    return in_place ? in_place : named;
  }
};

CLI::App* add_command(CLI::App& parent, CommandLine& line, const std::string& name,
                      const std::string& description) {
  CLI::App* command = parent.add_subcommand(name, description);
  command
      ->add_option("--plugin-path", line.plugin_path,
                   "a folder with manifests and plugins of your own; may be given again")
      ->type_name("DIR")
      ->allow_extra_args(false);
  return command;
}

void add_account(CLI::App& command, std::optional<std::string>& account,
                 const std::string& description) {
  command.add_option("--account", account, description)->type_name("NAME");
}

void add_required_provider(CLI::App& command, std::string& provider) {
  command.add_option("PROVIDER", provider, "the provider's id, such as openai")
      ->type_name("")
      ->required();
}

AuthKind method_named(const std::string& name) {
  for (const AuthKind kind : {AuthKind::oauth, AuthKind::api_key}) {
    if (name == method_name(kind)) return kind;
  }
  if (name == "apikey") return AuthKind::api_key;
  throw UsageError{"--method is oauth or api-key"};
}

void add_signin(CLI::App& root, CommandLine& line) {
  struct Options {
    ProviderOption provider;
    SigninCommand values;
    std::optional<std::string> method;
    bool oauth = false;
    bool api_key = false;
    bool no_browser = false;
    bool no_qr = false;
    bool replace = false;
    std::vector<std::string> answers;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = add_command(root, line, "signin", "Sign in at a provider");
  command->alias("login");
  options->provider.add_to(*command);
  add_account(*command, options->values.account, "the account's name here (default)");
  command->add_option("--method", options->method, "oauth (in the browser) or api-key")
      ->type_name("METHOD");
  command->add_flag("--oauth", options->oauth, "the same as --method oauth");
  command->add_flag("--api-key,--apikey", options->api_key, "the same as --method api-key");
  command->add_option("--set", options->answers, "answer a question of the provider beforehand")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command->add_flag("--replace", options->replace, "replace an account that is already there");
  command->add_flag("--no-browser", options->no_browser, "only print the address, open no browser");
  command->add_flag("--no-qr", options->no_qr, "draw no QR code");
  command->add_flag("--list,--ls", options->values.list, "only show what is stored");
  command->callback([options, &line] {
    SigninCommand values = options->values;
    values.provider = options->provider.get();
    const auto choose = [&](AuthKind kind) {
      if (values.method.value_or(kind) != kind) throw UsageError{"two methods are asked for"};
      values.method = kind;
    };
    if (options->method) choose(method_named(*options->method));
    if (options->oauth) choose(AuthKind::oauth);
    if (options->api_key) choose(AuthKind::api_key);
    for (const std::string& answer : options->answers) {
      const auto equals = answer.find('=');
      if (equals == std::string::npos || equals == 0) throw UsageError{"--set takes NAME=VALUE"};
      if (!values.answers.emplace(answer.substr(0, equals), answer.substr(equals + 1)).second) {
        throw UsageError{"--set answers a question twice"};
      }
    }
    values.open_browser = !options->no_browser;
    values.show_qr = !options->no_qr;
    if (options->replace) values.on_existing = OnExisting::replace;
    line.command = std::move(values);
  });
}

void add_signout(CLI::App& root, CommandLine& line) {
  struct Options {
    ProviderOption provider;
    SignoutCommand values;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = add_command(root, line, "signout", "Sign out and remove what is stored");
  command->alias("logout");
  options->provider.add_to(*command);
  add_account(*command, options->values.account, "only this account, not all of the provider's");
  command->callback([options, &line] {
    options->values.provider = options->provider.get();
    line.command = options->values;
  });
}

void add_auth(CLI::App& root, CommandLine& line) {
  CLI::App* auth = root.add_subcommand("auth", "What is stored");
  auth->require_subcommand(1);

  const auto key_values = std::make_shared<AuthKeyCommand>();
  CLI::App* key = add_command(*auth, line, "key", "Print the key that a request needs");
  add_required_provider(*key, key_values->provider);
  add_account(*key, key_values->account, "this account, not the default one");
  key->add_flag("--json", key_values->json, "print the key and what belongs to it as JSON");
  key->callback([key_values, &line] { line.command = *key_values; });

  const auto status_values = std::make_shared<AuthStatusCommand>();
  CLI::App* status = add_command(*auth, line, "status", "Show what is stored, without secrets");
  status->add_option("PROVIDER", status_values->provider, "only this provider")->type_name("");
  status->add_flag("--json", status_values->json, "print it as JSON");
  status->callback([status_values, &line] { line.command = *status_values; });
}

std::string without_last_newlines(std::string text) {
  text.erase(text.find_last_not_of('\n') + 1);
  return text;
}

// The tool has a grammar of its own: whatever follows is passed on to it.
void add_plugin_tool(CLI::App& plugin, CommandLine& line, const std::string& name,
                     const std::string& description) {
  CLI::App* command = plugin.add_subcommand(name, description);
  command->prefix_command();
  command->set_help_flag();
  command->callback([command, name, &line] {
    PluginToolCommand values{{name}};
    for (std::string& arg : command->remaining()) values.args.push_back(std::move(arg));
    line.command = std::move(values);
  });
}

void add_plugin(CLI::App& root, CommandLine& line) {
  CLI::App* plugin = root.add_subcommand("plugin", "Where providers and their plugins come from");
  plugin->require_subcommand(1);

  const auto list_values = std::make_shared<PluginListCommand>();
  CLI::App* list = add_command(*plugin, line, "list", "List providers, their files and plugins");
  list->add_flag("--json", list_values->json, "print it as JSON");
  list->callback([list_values, &line] { line.command = *list_values; });

  const auto show_values = std::make_shared<PluginShowCommand>();
  CLI::App* show = add_command(*plugin, line, "show", "Show what a provider's manifests add up to");
  add_required_provider(*show, show_values->provider);
  show->add_flag("--json", show_values->json, "print it as JSON");
  show->callback([show_values, &line] { line.command = *show_values; });

  add_plugin_tool(*plugin, line, "new", "Write a small plugin project that builds at once");
  add_plugin_tool(*plugin, line, "check", "Test manifests and plugins against the contract");
}

// The whole grammar. What it reads goes into `line`, which must outlive it.
std::unique_ptr<CLI::App> make_grammar(const std::string& program, CommandLine& line) {
  auto root = std::make_unique<CLI::App>(
      "Signs in at AI providers, keeps what they gave, and hands out the key that a request needs.",
      program);
  root->formatter(std::make_shared<HelpFormatter>());
  root->set_help_flag("-h,--help", "show this text");
  root->set_version_flag("--version", program + " " PINDUS_VERSION, "show the version");
  root->option_defaults()->disable_flag_override();
  root->require_subcommand(1);
  add_signin(*root, line);
  add_signout(*root, line);
  add_auth(*root, line);
  add_plugin(*root, line);
  // Last, because sub-commands inherit it.
  root->footer(
      fmt::format("Anything else is passed on to the agent: {0} -- WORD always is.\n"
                  "More about a command: {0} COMMAND --help",
                  program));
  return root;
}

// The sub-command of that name or alias, else null.
const CLI::App* find_command(const CLI::App& parent, const std::string& word) {
  const auto found =
      parent.get_subcommands([&](const CLI::App* command) { return command->check_name(word); });
  return found.empty() ? nullptr : found.front();
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

Result<CommandLine> parse(CLI::App& root, const NamedCommand& named, CommandLine& line,
                          std::span<const std::string> args) {
  std::string sentence;
  try {
    refuse_empty_values(args);
    root.parse(std::vector<std::string>(args.rbegin(), args.rend()));
    return std::move(line);
  } catch (const CLI::CallForHelp&) {
    line.command = HelpCommand{without_last_newlines(root.help())};
    return std::move(line);
  } catch (const CLI::CallForVersion&) {
    line.command = HelpCommand{root.version()};
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
  return fail(FaultKind::usage, std::move(sentence),
              fmt::format("{} {} --help", root.get_name(), named.verb));
}

}  // namespace

ParsedLine parse_command_line(std::span<const std::string> args, const std::string& program) {
  CommandLine line;
  const auto root = make_grammar(program, line);
  const NamedCommand named = named_command(*root, args);
  if (!is_ours(args, named)) return {};
  line.verb = named.verb;
  return {true, named.verb, parse(*root, named, line, args)};
}

std::vector<std::string> first_words() {
  CommandLine line;
  std::vector<std::string> words;
  const auto root = make_grammar("", line);
  for (const CLI::App* command : root->get_subcommands(nullptr)) {
    words.push_back(command->get_name());
    words.insert(words.end(), command->get_aliases().begin(), command->get_aliases().end());
  }
  return words;
}

}  // namespace pindus
