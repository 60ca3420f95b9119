#include "core/command/setup_steps.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "core/base/placeholders.hpp"
#include "core/base/programs.hpp"
#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"
#include "core/keys/api_values.hpp"
#include "core/setup/setup_plan.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

// What an interactive shell reads when it starts.
struct ShellFile {
  std::string_view shell;
  std::string_view file;
};
constexpr std::array<ShellFile, 3> shell_files = {{
    {"bash", "~/.bashrc"},
    {"zsh", "${ZDOTDIR:-~}/.zshrc"},
    {"fish", "${XDG_CONFIG_HOME:-~/.config}/fish/config.fish"},
}};

// How the program calls us: by our name where that leads here, so that an upgrade that moves us
// breaks nothing.
std::string our_program(const Context& context) {
  const fs::path& front = context.installation().front;
  std::error_code error;
  const auto on_path = find_program(front.filename(), context.environment());
  if (on_path && fs::equivalent(*on_path, front, error) && !error) return front.filename();
  return front.string();
}

// As a shell reads it, and a person too.
std::string in_shell(const fs::path& path, const Environment& environment) {
  const auto home = environment.get_nonblank("HOME");
  if (home) {
    const fs::path relative = path.lexically_relative(*home);
    if (!relative.empty() && *relative.begin() != ".." &&
        shell_word(relative.native()) == relative.native()) {
      return "~/" + relative.native();
    }
  }
  return shell_word(path.native());
}

// What stands for the placeholders of one target.
class Meanings {
 public:
  Meanings(const Context& context, const Client& client, const SetupTarget& target,
           const KeyMembers* members)
      : context_(context), client_(client), target_(target), members_(members) {}

  [[nodiscard]] std::optional<SecretText> value_of(std::string_view name) const {
    if (name == "provider") return SecretText(target_.provider);
    if (name == "program") return SecretText(our_program(context_));
    if (name == "key_command") return SecretText(in_words(key_words()));
    if (name == "exec_command") return SecretText(in_words(exec_words()));
    if (name == "key_command_quoted") return SecretText(shell_word(in_words(key_words())));
    if (name == "exec_command_quoted") return SecretText(shell_word(in_words(exec_words())));
    if (name == "env_command") return SecretText(in_words(env_words()));
    if (name == "vault" && context_.profile()) {
      return SecretText(in_shell(*context_.profile() / "auth.json", context_.environment()));
    }
    if (members_ == nullptr || name == "key") return std::nullopt;
    return members_->value_of(name);
  }

  /// The words that {key_args} stands for, where it is an element of an array.
  [[nodiscard]] std::vector<std::string> key_args() const {
    auto words = key_words();
    words.erase(words.begin());
    return words;
  }

  [[nodiscard]] Result<std::string> filled(std::string_view text, bool in_quotes = false) const {
    std::string missing;
    const SecretText all = filled_in(text, [&](std::string_view name) {
      auto value = value_of(name);
      // Any other name in braces is the file's own.
      if (!value && is_needed(name)) missing = name;
      if (value && in_quotes) value = escaped(*value);
      return value;
    });
    if (missing.empty()) return std::string(all);
    return std::unexpected(
        setup_fault(fmt::format("nobody knows {} of {}, which {} needs", missing, target_.provider,
                                client_.label),
                    fmt::format("pindus auth status {} --explain", target_.provider)));
  }

  [[nodiscard]] Result<Json> filled(const Json& value) const {
    if (const std::string* text = value.as_string()) return Json(TRY(filled(*text)));
    if (const Json::Array* array = value.as_array()) {
      Json::Array elements;
      for (const Json& element : *array) {
        const std::string* text = element.as_string();
        if (text == nullptr || *text != "{key_args}") {
          elements.push_back(TRY(filled(element)));
          continue;
        }
        for (const std::string& word : key_args()) {
          const Json argument(word);  // moved in, g++ 12 takes it for uninitialized
          elements.push_back(argument);
        }
      }
      return Json(std::move(elements));
    }
    if (const Json::Object* object = value.as_object()) {
      Json::Object members;
      for (const auto& [name, member] : *object) {
        members.emplace_back(name, TRY(filled(member)));
      }
      return Json(std::move(members));
    }
    return value;
  }

 private:
  static bool is_needed(std::string_view name) {
    return name == "base_url" || name == "accountId" || name == "vault";
  }

  static std::string in_words(const std::vector<std::string>& words) {
    std::vector<std::string> quoted;
    for (const std::string& word : words) quoted.push_back(shell_word(word));
    return fmt::format("{}", fmt::join(quoted, " "));
  }

  static SecretText escaped(const SecretText& text) {
    SecretText result;
    for (const char c : text) {
      if (c == '"' || c == '\\') result += '\\';
      result += c;
    }
    return result;
  }

  [[nodiscard]] std::string named() const {
    return target_.account.empty() ? target_.provider : target_.provider + ":" + target_.account;
  }

  [[nodiscard]] std::vector<std::string> key_words() const {
    std::vector<std::string> words = {our_program(context_), "auth", "key", target_.provider};
    if (!target_.account.empty()) words.insert(words.end(), {"--account", target_.account});
    return words;
  }

  [[nodiscard]] std::vector<std::string> exec_words() const {
    return {our_program(context_), "auth", "exec", named(), "--", client_.command()};
  }

  [[nodiscard]] std::vector<std::string> env_words() const {
    return {our_program(context_), "auth", "env", named()};
  }

  const Context& context_;
  const Client& client_;
  const SetupTarget& target_;
  const KeyMembers* members_;
};

std::unexpected<CredentialFault> unknown_shell(const Meanings& meanings, const SetupChange& change,
                                               std::string_view shell) {
  std::string line;
  if (!change.lines.empty()) line = meanings.filled(change.lines.front()).value_or("");
  return std::unexpected(setup_fault(
      shell.empty()
          ? std::string("SHELL isn't set, so nobody knows which file your shell reads")
          : fmt::format("pindus doesn't know which file {} reads when it starts", printable(shell)),
      fmt::format("put it there: {}", line)));
}

Result<std::string> place_of(const Context& context, const Meanings& meanings,
                             const SetupChange& change) {
  if (change.format != SetupFormat::shell) return change.file;
  const fs::path shell = context.environment().get_nonblank("SHELL").value_or("");
  const auto* const known =
      std::ranges::find(shell_files, shell.filename().native(), &ShellFile::shell);
  if (known == shell_files.end()) {
    return unknown_shell(meanings, change, shell.filename().native());
  }
  return std::string(known->file);
}

Result<void> add_steps(Context& context, const Client& client, const KeyMembers* members,
                       SetupTarget& target) {
  const Meanings meanings(context, client, target, members);
  for (const SetupChange& change : target.setup->changes) {
    SetupStep step{.format = change.format,
                   .client = client.id,
                   .provider = target.provider,
                   .account = target.account,
                   .place = TRY(place_of(context, meanings, change)),
                   .comment = change.comment};
    step.place = TRY(meanings.filled(step.place));
    step.file = TRY(setup_file(context, step.place));
    for (const auto& [pointer, value] : change.set) {
      step.set.emplace_back(TRY(meanings.filled(pointer)), TRY(meanings.filled(value)));
    }
    for (const auto& [pointer, value] : change.add) {
      step.add.emplace_back(TRY(meanings.filled(pointer)), TRY(meanings.filled(value)));
    }
    for (const std::string& line : change.lines) {
      step.lines.push_back(TRY(meanings.filled(line, change.in_quotes)));
    }
    target.steps.push_back(std::move(step));
  }
  for (const std::string& note : target.setup->notes) {
    target.notes.push_back(TRY(meanings.filled(note)));
  }
  return {};
}

std::unexpected<CredentialFault> no_use(const Client& client, std::string_view provider) {
  std::vector<std::string> known;
  for (const ClientProvider& one : client.providers) known.push_back(one.id);
  return std::unexpected(setup_fault(
      fmt::format("{} can't be set up for keys of {}", client.label, printable(provider)),
      known.empty() ? "" : fmt::format("it takes keys of {}", fmt::join(known, ", "))));
}

Result<SetupTarget> make_target(Context& context, const Client& client, const NamedKey& name) {
  const Provider* provider = TRY(context.find_provider(name.provider));
  SetupTarget target{.provider = provider->id, .account = name.account.value_or("")};
  const VaultDocument vault = TRY(context.vault().storage().read(context.stop()));
  std::optional<std::string> account = name.account;
  if (!account) account = TRY(choose_account(context.key_parts(), provider->id)).account;
  if (!account) account = vault.default_account(provider->id);
  const auto stored =
      account ? vault.record(Account{provider->id, *account}) : std::optional<std::string_view>();
  if (!stored && name.account) TRY(vault.require_record({provider->id, *name.account}));
  target.is_stored = stored.has_value();
  const UsableKey key = usable_key_of(stored.value_or(R"({"kind": "apiKey", "key": ""})"));
  const KeyMembers members(*provider, key);
  target.setup = client.setup_for(provider->id, key.kind, members.method());
  if (target.setup == nullptr) return no_use(client, provider->id);
  TRY(add_steps(context, client, &members, target));
  return target;
}

// Without a name: what it takes and there is.
Result<std::vector<NamedKey>> usual_names(Context& context, const Client& client) {
  std::vector<NamedKey> stored;
  std::vector<NamedKey> known;
  const auto has_account = [](const auto& one) { return !one.accounts.empty(); };
  const auto vault = TRY(context.vault().list_providers());
  for (const ClientProvider& provider : client.providers) {
    if (provider.only_if_named) continue;
    known.push_back({provider.id, std::nullopt});
    const bool is_stored = std::ranges::any_of(vault, [&](const StoredProvider& one) {
      return same_provider(one.id, provider.id) && has_account(one) &&
             std::ranges::any_of(one.accounts, [&](const StoredAccount& account) {
               const AuthKind kind = account.kind.value_or(AuthKind::api_key);
               return client.setup_for(provider.id, kind, account.method) != nullptr;
             });
    });
    if (is_stored) stored.push_back(known.back());
  }
  if (client.providers.empty()) {
    for (const StoredProvider& one : vault) stored.push_back({one.id, std::nullopt});
  }
  if (!stored.empty()) return stored;
  if (known.size() == 1) return known;
  std::vector<std::string> ids;
  for (const NamedKey& one : known) ids.push_back(one.provider);
  return std::unexpected(CredentialFault{
      FaultKind::not_found, "No such key",
      ids.empty() ? fmt::format("nothing is stored that {} could be set up for", client.label)
                  : fmt::format("{} takes keys of {}, and none of them has an account",
                                client.label, fmt::join(ids, ", ")),
      fmt::format("pindus signin, or name the provider: pindus auth setup {} PROVIDER",
                  client.id)});
}

std::vector<const ClientSetup*> all_setups(const Client& client, std::string_view provider) {
  std::vector<const ClientSetup*> setups = {&client.setup};
  if (const ClientProvider* known = client.find_provider(provider)) {
    if (known->needs.setup) setups.push_back(&*known->needs.setup);
    for (const auto& [unused, needs] : known->methods) {
      if (needs.setup) setups.push_back(&*needs.setup);
    }
  }
  std::erase_if(setups, [](const ClientSetup* setup) { return setup->changes.empty(); });
  return setups;
}

}  // namespace

Result<std::vector<SetupTarget>> setup_targets(Context& context, const Client& client,
                                               const std::vector<std::string>& names,
                                               const std::optional<std::string>& account) {
  std::vector<NamedKey> wanted;
  for (const std::string& name : names) wanted.push_back(parse_named_key(name));
  if (wanted.empty()) wanted = TRY(usual_names(context, client));
  std::vector<SetupTarget> targets;
  for (NamedKey& name : wanted) {
    if (account) name.account = account;
    auto target = make_target(context, client, name);
    // That an account of a provider that nobody named is of no use to the program is no fault.
    const bool is_needed = !names.empty() || wanted.size() == 1;
    if (!target && (is_needed || target.error().label != setup_fault("").label)) {
      return std::unexpected(std::move(target).error());
    }
    if (target) targets.push_back(*std::move(target));
  }
  return targets;
}

std::vector<SetupStep> possible_steps(const Context& context, const Client& client,
                                      std::string_view provider) {
  const SetupTarget target{.provider = std::string(provider)};
  const Meanings meanings(context, client, target, nullptr);
  std::vector<SetupStep> steps;
  const auto add = [&](const SetupChange& change, std::string_view place) {
    SetupStep step{.format = change.format,
                   .client = client.id,
                   .provider = target.provider,
                   .comment = change.comment};
    step.place = meanings.filled(place).value_or("");
    const auto file = setup_file(context, step.place);
    if (!file) return;
    step.file = *file;
    for (const auto& [pointer, value] : change.set) {
      step.set.emplace_back(meanings.filled(pointer).value_or(pointer), value);
    }
    steps.push_back(std::move(step));
  };
  for (const ClientSetup* setup : all_setups(client, provider)) {
    for (const SetupChange& change : setup->changes) {
      if (change.format != SetupFormat::shell) {
        add(change, change.file);
        continue;
      }
      for (const ShellFile& shell : shell_files) add(change, shell.file);
    }
  }
  return steps;
}

Result<fs::path> setup_file(const Context& context, std::string_view name) {
  std::string text(name);
  if (text.starts_with("${")) {
    const auto close = text.find('}');
    const auto colon = text.find(":-");
    if (close == text.npos || colon == text.npos || colon > close) {
      return std::unexpected(setup_fault(fmt::format("{} is no name of a file", printable(name)),
                                         "it should begin with ~/, ./, / or ${VARIABLE:-default}"));
    }
    const auto set = context.environment().get_nonblank(text.substr(2, colon - 2));
    text = set.value_or(text.substr(colon + 2, close - colon - 2)) + text.substr(close + 1);
  }
  if (text == "~" || text.starts_with("~/")) {
    const auto home = context.environment().get_nonblank("HOME");
    if (!home) {
      return std::unexpected(
          setup_fault(fmt::format("HOME is not set, so nobody knows where {} is", printable(text)),
                      "HOME=/home/NAME pindus auth setup ..."));
    }
    text.replace(0, 1, *home);
  }
  if (text.starts_with('/')) return fs::path(text).lexically_normal();
  if (context.working_directory().empty()) {
    return std::unexpected(
        setup_fault(fmt::format("the working directory is gone, in which {} would be", name)));
  }
  return (context.working_directory() / text).lexically_normal();
}

bool can_be_set_up(const Client& client) {
  return !client.setup.changes.empty() ||
         std::ranges::any_of(client.providers, [&](const ClientProvider& provider) {
           return !all_setups(client, provider.id).empty();
         });
}

}  // namespace pindus
