#include "core/vault/vault.hpp"

#include <fmt/core.h>

#include "core/keys/refresh_account.hpp"
#include "core/keys/usable_key.hpp"
#include "core/vault/credential_record.hpp"
#include "core/vault/json_edit.hpp"

namespace pindus {
namespace {

std::string described(std::string_view provider, std::string_view account) {
  return fmt::format("the account {} of {}", printable(account, 60), printable(provider, 60));
}

}  // namespace

Result<std::vector<StoredProvider>> DocumentVault::list_providers() {
  return PINDUS_TRY(storage_->read({})).providers();
}

Result<std::vector<StoredAccount>> DocumentVault::list_accounts(std::string_view provider) {
  return PINDUS_TRY(storage_->read({})).accounts(provider);
}

Result<std::optional<std::string>> DocumentVault::default_account(std::string_view provider) {
  return PINDUS_TRY(storage_->read({})).default_account(provider);
}

Result<std::optional<AuthKind>> DocumentVault::auth_kind(std::string_view provider,
                                                         std::string_view account) {
  const VaultDocument document = PINDUS_TRY(storage_->read({}));
  const auto record = document.record(provider, account);
  return record ? CredentialRecord(*record).kind() : std::nullopt;
}

Result<void> DocumentVault::put_api_key(std::string_view provider, std::string_view account,
                                        const Secret& key, OnExisting on_existing,
                                        std::stop_token stop) {
  const auto edit = [&](std::string_view record, unsigned depth) {
    return signed_in(record, key, depth);
  };
  return put(provider, account, on_existing, edit, stop);
}

Result<void> DocumentVault::put_oauth(std::string_view provider, std::string_view account,
                                      const OAuthCredentials& credentials, OnExisting on_existing,
                                      std::stop_token stop) {
  const auto edit = [&](std::string_view record, unsigned depth) {
    return signed_in(record, credentials, depth);
  };
  return put(provider, account, on_existing, edit, stop);
}

Result<void> DocumentVault::put(std::string_view provider, std::string_view account,
                                OnExisting on_existing, const VaultDocument::RecordEdit& edit,
                                const std::stop_token& stop) {
  const auto change = [&](const VaultDocument& document) -> Result<SecretText> {
    if (on_existing == OnExisting::refuse && document.record(provider, account)) {
      return fail(FaultKind::name_collision,
                  fmt::format("{} is stored already", described(provider, account)),
                  fmt::format("{}, or first: pindus signout {} --account {}",
                              replace_command(provider, account), provider, account));
    }
    return document.with_record(provider, account, edit);
  };
  if (on_existing == OnExisting::refuse) return storage_->change(change, stop);
  // A refresh of the account that is replaced would otherwise write its outcome over this one's.
  const auto held = PINDUS_TRY(storage_->hold_account(provider, account, stop));
  return held->change(change, stop);
}

std::optional<UsableKey> DocumentVault::find_ready_key(std::string_view provider,
                                                       std::optional<std::string_view> account) {
  SecretText memory(std::size_t{32} * 1024, '\0');
  bare::TextBuffer answer(memory.data(), memory.size());
  bare::KeyRequest request;
  request.provider = bare_text(provider);
  if (account) request.account = bare_text(*account);
  request.form = bare::KeyForm::json;
  request.now_ms = now_ms();
  if (storage_->find_ready_key(request, answer) != bare::KeyAnswer::ready) return std::nullopt;
  const std::string_view json(answer.data, answer.size);
  const auto members = list_members(json);
  const JsonMember* key = find_member(members, "key");
  if (key == nullptr) return std::nullopt;
  return UsableKey{string_of(key->value(json)).value_or(Secret()), Secret(json), {}};
}

Result<std::optional<UsableKey>> DocumentVault::read_usable_key(
    std::string_view provider, std::optional<std::string_view> account, std::stop_token stop) {
  if (auto ready = find_ready_key(provider, account)) return ready;
  const VaultDocument document = PINDUS_TRY(storage_->read(stop));
  const auto name =
      account ? std::optional(std::string(*account)) : document.default_account(provider);
  if (!name) return std::nullopt;
  const auto record = document.record(provider, *name);
  if (!record) return std::nullopt;
  const auto kind = CredentialRecord(*record).kind();
  if (!kind) {
    return fail(
        FaultKind::vault,
        fmt::format("{} is stored in a form that pindus doesn't know", described(provider, *name)),
        replace_command(provider, *name));
  }
  if (*kind == AuthKind::api_key || time_left(*record) > surely_valid) {
    return usable_key_of(*record);
  }
  return refresh_account({*storage_, refresher_, provider, *name, stop});
}

Result<std::optional<OAuthCredentials>> DocumentVault::read_oauth(std::string_view provider,
                                                                  std::string_view account) {
  const VaultDocument document = PINDUS_TRY(storage_->read({}));
  const auto record = document.record(provider, account);
  if (!record || CredentialRecord(*record).kind() != AuthKind::oauth) return std::nullopt;
  return CredentialRecord(*record).oauth();
}

Result<bool> DocumentVault::remove(std::string_view provider, std::string_view account,
                                   std::stop_token stop) {
  // Nothing there: nothing is made or locked.
  if (!PINDUS_TRY(storage_->read(stop)).record(provider, account)) return false;
  const auto held = PINDUS_TRY(storage_->hold_account(provider, account, stop));
  bool was_there = false;
  const auto change = [&](const VaultDocument& document) -> Result<SecretText> {
    was_there = document.record(provider, account).has_value();
    return document.without_account(provider, account);
  };
  PINDUS_CHECK(held->change(change, stop));
  return was_there;
}

}  // namespace pindus
