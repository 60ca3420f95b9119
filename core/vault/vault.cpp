#include "core/vault/vault.hpp"

#include <fmt/core.h>

#include "core/vault/credential_record.hpp"

namespace pindus {

Result<std::vector<StoredProvider>> Vault::list_providers() {
  return PINDUS_TRY(storage_->read({})).providers();
}

Result<std::vector<StoredAccount>> Vault::list_accounts(std::string_view provider) {
  return PINDUS_TRY(storage_->read({})).accounts(provider);
}

Result<std::optional<std::string>> Vault::default_account(std::string_view provider) {
  return PINDUS_TRY(storage_->read({})).default_account(provider);
}

Result<std::optional<AuthKind>> Vault::auth_kind(const Account& account) {
  const VaultDocument document = PINDUS_TRY(storage_->read({}));
  const auto record = document.record(account);
  return record ? CredentialRecord(*record).kind() : std::nullopt;
}

Result<void> Vault::put_api_key(const Account& account, const Secret& key, OnExisting on_existing,
                                std::stop_token stop) {
  const auto edit = [&](std::string_view record, unsigned depth) {
    return signed_in(record, key, depth);
  };
  return put(account, on_existing, edit, stop);
}

Result<void> Vault::put_oauth(const Account& account, const OAuthCredentials& credentials,
                              OnExisting on_existing, std::stop_token stop) {
  const auto edit = [&](std::string_view record, unsigned depth) {
    return signed_in(record, credentials, depth);
  };
  return put(account, on_existing, edit, stop);
}

Result<void> Vault::put(const Account& account, OnExisting on_existing,
                        const VaultDocument::RecordEdit& edit, const std::stop_token& stop) {
  const auto change = [&](const VaultDocument& document) -> Result<SecretText> {
    if (on_existing == OnExisting::refuse && document.record(account)) {
      return std::unexpected(already_stored(account));
    }
    return document.with_record(account, edit);
  };
  if (on_existing == OnExisting::refuse) return storage_->change(change, stop);
  // A refresh of the account that is replaced would otherwise write its outcome over this one's.
  const auto held = PINDUS_TRY(storage_->hold_account(account, stop));
  return held->change(change, stop);
}

Result<std::optional<OAuthCredentials>> Vault::read_oauth(const Account& account) {
  const VaultDocument document = PINDUS_TRY(storage_->read({}));
  const auto record = document.record(account);
  if (!record || CredentialRecord(*record).kind() != AuthKind::oauth) return std::nullopt;
  return CredentialRecord(*record).oauth();
}

Result<bool> Vault::remove(const Account& account, std::stop_token stop) {
  // Nothing there: nothing is made or locked.
  if (!PINDUS_TRY(storage_->read(stop)).record(account)) return false;
  const auto held = PINDUS_TRY(storage_->hold_account(account, stop));
  bool was_there = false;
  const auto change = [&](const VaultDocument& document) -> Result<SecretText> {
    was_there = document.record(account).has_value();
    return document.without_account(account);
  };
  PINDUS_CHECK(held->change(change, stop));
  return was_there;
}

CredentialFault already_stored(const Account& account) {
  return credential_fault(
      FaultKind::name_collision,
      fmt::format("{} already has an account named {}", account.provider, account.name),
      fmt::format("{}, or first: pindus signout {}", account.replace_command(),
                  account.arguments()));
}

}  // namespace pindus
