#include "core/keys/choose_key.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "core/base/json.hpp"
#include "core/keys/refresh_account.hpp"
#include "core/keys/token_life.hpp"
#include "core/vault/credential_record.hpp"
#include "core/vault/credential_rules.hpp"

namespace pindus {
namespace {

std::unexpected<CredentialFault> no_such_key(std::string message, std::string hint) {
  return std::unexpected(
      CredentialFault{FaultKind::not_found, "No such key", std::move(message), std::move(hint)});
}

// What the front would have answered; it vouches only for the part of the vault that it has read.
std::optional<UsableKey> ready_key(VaultStorage& storage, const KeyRequest& request) {
  SecretText memory(std::size_t{32} * 1024, '\0');
  bare::TextBuffer answer(memory.data(), memory.size());
  bare::KeyRequest asked;
  asked.provider = bare_text(request.provider);
  if (request.account) asked.account = bare_text(*request.account);
  asked.form = bare::KeyForm::json;
  asked.now_ms = now_ms();
  if (storage.find_ready_key(asked, answer) != bare::KeyAnswer::ready) return std::nullopt;
  const std::string_view json(answer.data, answer.size);
  const auto members = list_members(json);
  const JsonMember* key = find_member(members, "key");
  if (key == nullptr) return std::nullopt;
  return UsableKey{string_of(key->value(json)).value_or(Secret()), Secret(json), {}};
}

UsableKey key_of_variable(const Secret& value) {
  UsableKey usable;
  usable.key = Secret(without_line_ends(value.view()));
  usable.json = Secret(fmt::format("{{\"key\":{}}}", json_quote(usable.key.view())));
  return usable;
}

Result<ChosenKey> handed_out(AuthKind kind, UsableKey key, const Account& account) {
  const std::string whose =
      fmt::format("the {} of {}", kind == AuthKind::oauth ? "token" : "key", account.described());
  PINDUS_CHECK(validate_key(kind, key.key.view(), whose, account.replace_command()));
  return ChosenKey{std::move(key), {account, {}}};
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

Result<std::optional<ChosenKey>> stored_key(Vault& vault, TokenRefresher* refresher,
                                            const KeyRequest& request) {
  if (auto ready = ready_key(vault.storage(), request)) {
    const Account account{std::string(request.provider), request.account.value_or("")};
    return ChosenKey{*std::move(ready), {account, {}}};
  }
  const VaultDocument document = PINDUS_TRY(vault.storage().read(request.stop));
  PINDUS_CHECK(document.check_form(request.provider, request.account));
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
  if (*kind == AuthKind::api_key || time_left(*record) > surely_valid) {
    UsableKey key = usable_key_of(*record);
    if (*kind == AuthKind::oauth && credential.end_is_unknown()) {
      key.warning = fmt::format(
          "nobody knows how long the token of {} is valid: what its record "
          "says about that is no time",
          account.described());
    }
    return handed_out(*kind, std::move(key), account);
  }
  auto refreshed = PINDUS_TRY(
      refresh_account({vault.storage(), refresher, account, request.stop}, SecretText(*record)));
  if (!refreshed) return std::nullopt;
  return handed_out(*kind, *std::move(refreshed), account);
}

std::optional<KeySource> usual_source(const std::optional<Account>& stored,
                                      const Provider* provider, const Environment& environment) {
  if (stored) return KeySource{stored, {}};
  if (provider == nullptr) return std::nullopt;
  for (const std::string& name : provider->env) {
    if (environment.get_nonblank(name)) return KeySource{std::nullopt, name};
  }
  return std::nullopt;
}

Result<ChosenKey> choose_key(const KeyParts& parts, const KeyRequest& request) {
  if (auto stored = PINDUS_TRY(stored_key(parts.vault, parts.refresher, request))) {
    return *std::move(stored);
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
  const std::string& variable = source->variable;
  const Secret value(*parts.environment.get(variable));
  PINDUS_CHECK(validate_key(AuthKind::api_key, value.view(), variable,
                            fmt::format("set {} to the key alone", variable)));
  return ChosenKey{key_of_variable(value), *source};
}

}  // namespace pindus
