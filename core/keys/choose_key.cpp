#include "core/keys/choose_key.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/bare/account_choice.hpp"
#include "core/bare/vault_key.hpp"
#include "core/base/epoch_time.hpp"
#include "core/base/json.hpp"
#include "core/base/run_command.hpp"
#include "core/base/text.hpp"
#include "core/keys/refresh_account.hpp"
#include "core/keys/token_life.hpp"
#include "core/providers/trust.hpp"
#include "core/vault/credential_record.hpp"
#include "core/vault/credential_rules.hpp"
#include "core/vault/file_fault.hpp"

namespace pindus {
namespace {

constexpr std::chrono::seconds command_limit{10};

std::unexpected<CredentialFault> no_such_key(std::string message, std::string hint) {
  return std::unexpected(
      CredentialFault{FaultKind::not_found, "No such key", std::move(message), std::move(hint)});
}

// A token with more left than this is used without a look at any manifest's margin.
std::chrono::milliseconds sure_margin(const TokenDemand& demand) {
  return std::max<std::chrono::milliseconds>(surely_valid,
                                             demand.valid_for.value_or(std::chrono::seconds(0)));
}

// The token that was handed out, where it ends sooner than was asked.
std::string sooner_than_asked(const UsableKey& key, const Account& account,
                              const TokenDemand& demand) {
  if (!demand.valid_for || !key.expires_ms) return {};
  const std::chrono::milliseconds left(*key.expires_ms - now_ms());
  if (left >= *demand.valid_for) return {};
  return fmt::format("the token of {} is valid for another {} s, and not for the {} s asked for",
                     account.described(), std::chrono::floor<std::chrono::seconds>(left).count(),
                     demand.valid_for->count());
}

// What the front would have answered; it vouches only for the part of the vault that it has read.
std::optional<ChosenKey> ready_key(VaultStorage& storage, const KeyRequest& request) {
  SecretText memory(std::size_t{16} * 1024, '\0');
  bare::TextBuffer answer(memory.data(), memory.size());
  bare::KeyRequest asked;
  asked.provider = bare_text(request.provider);
  if (request.account) asked.account = bare_text(*request.account);
  asked.form = bare::KeyForm::json;
  asked.now_ms = now_ms();
  asked.min_left_ms = sure_margin(request.demand).count();
  asked.find_vault_key = &bare::find_vault_key;
  std::array<char, 256> name_memory;
  bare::TextBuffer name(name_memory.data(), name_memory.size());
  asked.name = &name;
  if (storage.find_ready_key(asked, answer) != bare::KeyAnswer::ready) return std::nullopt;
  const std::string_view json(answer.data, answer.size);
  const auto members = list_members(json);
  const JsonMember* key = find_member(members, "key");
  if (key == nullptr) return std::nullopt;
  const JsonMember* expires = find_member(members, "expires");
  const JsonMember* kind = find_member(members, "kind");
  const bool is_token = kind != nullptr && kind->value(json) == "\"oauth\"";
  UsableKey ready{string_of(key->value(json)).value_or(Secret()),
                  Secret(json),
                  {},
                  is_token ? AuthKind::oauth : AuthKind::api_key,
                  expires != nullptr && is_token ? integer_of(expires->value(json)) : std::nullopt};
  return ChosenKey{std::move(ready),
                   {Account{std::string(request.provider), std::string(name.data, name.size)}, {}}};
}

UsableKey unstored_key(const Secret& value) {
  UsableKey usable;
  usable.key = Secret(without_line_ends(value.view()));
  usable.json = Secret(fmt::format("{{\"key\":{}}}", json_quote(usable.key.view())));
  return usable;
}

Result<ChosenKey> handed_out(AuthKind kind, UsableKey key, const Account& account) {
  const std::string whose =
      fmt::format("the {} of {}", kind == AuthKind::oauth ? "token" : "key", account.described());
  TRY(validate_key(kind, key.key.view(), whose, account.replace_command()));
  return ChosenKey{std::move(key), {account, {}}};
}

// What stands in the vault is run with our rights, as a plugin is: it must be as trusted.
Result<void> check_commands_allowed(const VaultStorage& storage, const Account& account) {
  const std::filesystem::path file = storage.file();
  if (file.empty()) return {};
  const auto distrust = PathTrust(TrustSource::of_system(), {}).check(Layer::user, file);
  if (!distrust) return {};
  return std::unexpected(
      CredentialFault{FaultKind::vault, "Key command failed",
                      fmt::format("the command of {} is not run: {} {}", account.described(),
                                  printable(distrust->component.native(), 1000), distrust->reason),
                      distrust->hint});
}

std::unexpected<CredentialFault> nothing_anywhere(std::string_view id,
                                                  const ProviderDirectory& providers) {
  const Provider* provider = providers.find_provider(id);
  if (provider == nullptr) {
    CredentialFault unknown = providers.require_provider(id).error();
    const bool refused = providers.refusals().find(id) != nullptr;
    return no_such_key(fmt::format("nothing is stored for \"{}\", and {}", printable(id, 80),
                                   refused ? unknown.message : "no manifest describes it"),
                       std::move(unknown.hint));
  }
  std::string message = fmt::format("nothing is stored for {}", provider->id);
  if (!provider->env.empty()) {
    message += fmt::format(", and {} is not set", fmt::join(provider->env, " or "));
  }
  return no_such_key(std::move(message), fmt::format("pindus signin {}", provider->id));
}

}  // namespace

Result<Secret> key_of_command(const std::vector<std::string>& command, std::string_view whose,
                              const Environment& environment, const std::stop_token& stop) {
  // Only its name: what it is given may be a secret.
  const std::string called = fmt::format("{} of {}", printable(command.at(0), 80), whose);
  auto printed = run_command(command, command_limit, environment, stop);
  if (!printed) {
    if (printed.error().stopped) return std::unexpected(stopped_fault());
    return std::unexpected(CredentialFault{FaultKind::vault, "Key command failed",
                                           fmt::format("{} {}", called, printed.error().reason),
                                           "run it by hand"});
  }
  TRY(validate_key(AuthKind::api_key, printed->view(), fmt::format("what {} printed", called),
                   "let it print the key alone"));
  return Secret(without_line_ends(printed->view()));
}

Result<std::optional<ChosenKey>> stored_key(Vault& vault, TokenRefresher* refresher,
                                            const KeyRequest& request) {
  const bool was_refused = !request.demand.refused.empty();
  if (auto ready = was_refused ? std::nullopt : ready_key(vault.storage(), request)) return ready;
  const VaultDocument document = TRY(vault.storage().read(request.stop));
  TRY(document.check_form(request.provider, request.account));
  const auto name = request.account ? request.account : document.default_account(request.provider);
  if (!name) return std::nullopt;
  const Account account{std::string(request.provider), *name};
  const auto record = document.record(account);
  if (!record) return std::nullopt;
  const CredentialRecord credential(*record);
  const auto kind = credential.kind();
  if (!kind) {
    return fail(FaultKind::vault,
                fmt::format("{} has {}", account.described(), credential.problem()),
                account.replace_command());
  }
  const bool is_refused = was_refused && credential.key().view() == request.demand.refused;
  if (const auto command = credential.command(); !command.empty()) {
    TRY(check_commands_allowed(vault.storage(), account));
    Secret key =
        TRY(key_of_command(command, account.described(), Environment::of_process(), request.stop));
    return ChosenKey{usable_key_of(*record, std::move(key)), {account, {}}};
  }
  if (*kind == AuthKind::api_key ||
      (!is_refused && time_left(*record) > sure_margin(request.demand))) {
    UsableKey key = usable_key_of(*record);
    if (*kind == AuthKind::oauth && credential.end_is_unknown()) {
      key.warning = fmt::format(
          "nobody knows how long the token of {} is valid: what its record "
          "says about that can't be so",
          account.described());
    }
    return handed_out(*kind, std::move(key), account);
  }
  auto refreshed = TRY(refresh_account(
      {vault.storage(), refresher, account, request.stop, request.demand}, SecretText(*record)));
  if (!refreshed) return std::nullopt;
  if (refreshed->warning.empty()) {
    refreshed->warning = sooner_than_asked(*refreshed, account, request.demand);
  }
  return handed_out(*kind, *std::move(refreshed), account);
}

std::optional<KeySource> usual_source(const std::optional<Account>& stored,
                                      const Provider* provider, const Environment& environment) {
  if (stored) return KeySource{.account = stored};
  if (provider == nullptr) return std::nullopt;
  auto keys = environment_keys(*provider, environment);
  if (keys.empty()) return std::nullopt;
  return KeySource{.environment = std::move(keys.front())};
}

std::string AccountChoice::described() const {
  return variable.empty() ? fmt::format("the rule for {}", printable(folder, 1000)) : variable;
}

std::string account_variable(std::string_view provider) {
  std::string name(provider.size() + 32, '\0');
  bare::TextBuffer buffer(name.data(), name.size());
  bare::append_account_variable(bare_text(provider), buffer);
  name.resize(buffer.size);
  return name;
}

Result<AccountChoice> choose_account(const KeyParts& parts, std::string_view provider) {
  const std::string variable = account_variable(provider);
  if (auto named = parts.environment.get_nonblank(variable)) {
    return AccountChoice{.account = std::move(named), .variable = variable};
  }
  if (parts.directory.empty()) return AccountChoice();
  auto rule = TRY(parts.rules.find(provider, parts.directory));
  if (!rule) return AccountChoice();
  return AccountChoice{.account = std::move(rule->account), .folder = std::move(rule->folder)};
}

Result<ChosenKey> choose_key(const KeyParts& parts, const KeyRequest& asked) {
  if (const auto token = parts.environment.get_nonblank(broker_token_variable)) {
    return ChosenKey{unstored_key(Secret(*token)),
                     {.environment = {.variable = std::string(broker_token_variable)}}};
  }
  KeyRequest request = asked;
  AccountChoice choice;
  if (!request.account) {
    choice = TRY(choose_account(parts, request.provider));
    request.account = choice.account;
  }
  if (auto stored = TRY(stored_key(parts.vault, parts.refresher, request))) {
    return *std::move(stored);
  }
  if (choice.account) {
    return no_such_key(
        fmt::format("{} says that {} is used as \"{}\", and there is no such account",
                    choice.described(), printable(request.provider, 80),
                    printable(*choice.account, 80)),
        choice.variable.empty()
            ? fmt::format("pindus auth use {} --remove --dir {}", request.provider,
                          shell_word(choice.folder))
            : fmt::format("unset {}, or name an account that is stored", choice.variable));
  }
  if (request.account) {
    return no_such_key(
        fmt::format("{} has no account named \"{}\"", printable(request.provider, 80),
                    printable(*request.account, 80)),
        "pindus signin --list");
  }
  const ProviderDirectory& providers = parts.providers.get();
  const auto source =
      usual_source(std::nullopt, providers.find_provider(request.provider), parts.environment);
  if (!source) return nothing_anywhere(request.provider, providers);
  const EnvironmentKey& from = source->environment;
  const Secret value = TRY(read_environment_key(from, parts.environment, request.stop));
  TRY(validate_key(AuthKind::api_key, value.view(), from.described(), single_key_hint(from)));
  return ChosenKey{unstored_key(value), *source};
}

std::optional<ChosenKey> find_ready_key(const KeyParts& parts, const KeyRequest& asked) {
  if (parts.environment.get_nonblank(broker_token_variable)) return std::nullopt;
  KeyRequest request = asked;
  if (!request.account) {
    const auto choice = choose_account(parts, request.provider);
    if (!choice) return std::nullopt;
    request.account = choice->account;
  }
  return ready_key(parts.vault.storage(), request);
}

}  // namespace pindus
