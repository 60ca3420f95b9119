#include "core/vault/vault.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/vault/credential_record.hpp"

namespace pindus {
namespace {

Result<void> check_collision(const VaultDocument& document, const Account& account,
                             OnExisting on_existing) {
  if (on_existing == OnExisting::replace || !document.record(account)) return {};
  return fail(FaultKind::name_collision,
              fmt::format("{} already has an account named {}", account.provider, account.name),
              fmt::format("{}, or first: pindus signout {}", account.replace_command(),
                          account.arguments()));
}

}  // namespace

Result<std::vector<StoredProvider>> Vault::list_providers() {
  return TRY(storage_->read({})).providers();
}

Result<std::vector<StoredAccount>> Vault::list_accounts(std::string_view provider) {
  return TRY(storage_->read({})).accounts(provider);
}

Result<std::optional<std::string>> Vault::default_account(std::string_view provider) {
  return TRY(storage_->read({})).default_account(provider);
}

Result<std::optional<AuthKind>> Vault::auth_kind(const Account& account) {
  const VaultDocument document = TRY(storage_->read({}));
  const auto record = document.record(account);
  return record ? CredentialRecord(*record).kind() : std::nullopt;
}

Result<void> Vault::prove_writable(const std::stop_token& stop) {
  return storage_->prove_writable(stop);
}

Result<void> Vault::check_place(const Account& account, OnExisting on_existing) {
  const VaultDocument document = TRY(storage_->read({}));
  TRY(check_collision(document, account, on_existing));
  return document.check_form(account.provider, account.name);
}

Result<void> Vault::put_api_key(const Account& account, const Secret& key, OnExisting on_existing,
                                const std::stop_token& stop, const RecordMembers& members) {
  const auto edit = [&](std::string_view record, unsigned depth) {
    return signed_in(record, key, members, depth);
  };
  return put(account, on_existing, edit, stop);
}

Result<void> Vault::put_command(const Account& account, std::span<const std::string> command,
                                OnExisting on_existing, const std::stop_token& stop) {
  const auto edit = [&](std::string_view record, unsigned depth) {
    return signed_in(record, command, depth);
  };
  return put(account, on_existing, edit, stop);
}

Result<void> Vault::put_oauth(const Account& account, const OAuthCredentials& credentials,
                              OnExisting on_existing, const std::stop_token& stop) {
  const auto edit = [&](std::string_view record, unsigned depth) {
    return signed_in(record, credentials, depth);
  };
  return put(account, on_existing, edit, stop);
}

Result<void> Vault::put(const Account& account, OnExisting on_existing,
                        const VaultDocument::RecordEdit& edit, const std::stop_token& stop) {
  const auto change = [&](const VaultDocument& document) -> Result<SecretText> {
    TRY(check_collision(document, account, on_existing));
    return document.with_record(account, edit);
  };
  if (on_existing == OnExisting::refuse) return storage_->change(change, stop);
  // A refresh of the account that is replaced would otherwise write its outcome over this one's.
  const auto held = TRY(storage_->hold_account(account, stop));
  return held->change(change, stop);
}

Result<std::vector<RemovedAccount>> Vault::remove(std::span<const Account> accounts,
                                                  const std::stop_token& stop) {
  std::vector<RemovedAccount> removed;
  // Nothing there: nothing is made or locked.
  const VaultDocument before = TRY(storage_->read(stop));
  if (std::ranges::none_of(accounts,
                           [&](const Account& a) { return before.record(a).has_value(); })) {
    return removed;
  }
  const auto held = TRY(storage_->hold_accounts(accounts, stop));
  const auto change = [&](const VaultDocument& document) -> Result<SecretText> {
    removed.clear();
    for (const Account& account : accounts) {
      const auto text = document.record(account);
      if (!text) continue;
      removed.push_back({account, std::nullopt});
      const CredentialRecord record(*text);
      if (record.kind() == AuthKind::oauth) removed.back().oauth = record.oauth();
    }
    return document.without_accounts(accounts);
  };
  TRY(held->change(change, stop));
  for (const RemovedAccount& gone : removed) storage_->leave_memo(gone.account, {});
  return removed;
}

Result<void> Vault::set_default(const Account& account, const std::stop_token& stop) {
  return storage_->change(
      [&](const VaultDocument& document) -> Result<SecretText> {
        TRY(document.require_record(account));
        return document.with_default(account);
      },
      stop);
}

Result<void> Vault::rename(const Account& account, const std::string& name,
                           const std::stop_token& stop) {
  if (name == account.name) return {};
  const Account renamed{account.provider, name};
  const auto held = TRY(storage_->hold_accounts(std::array{account, renamed}, stop));
  const auto change = [&](const VaultDocument& document) -> Result<SecretText> {
    TRY(document.require_record(account));
    TRY(document.check_form(renamed.provider, renamed.name));
    TRY(check_collision(document, renamed, OnExisting::refuse));
    return document.with_name(account, name);
  };
  TRY(held->change(change, stop));
  storage_->leave_memo(account, {});
  return {};
}

Result<bool> Vault::set_issuer(const Account& account, const NamesIssuer& issuer_of,
                               const std::stop_token& stop) {
  const auto oauth_in = [&](const VaultDocument& document) -> std::optional<CredentialRecord> {
    const auto text = document.record(account);
    if (!text || CredentialRecord(*text).kind() != AuthKind::oauth) return std::nullopt;
    return CredentialRecord(*text);
  };
  // Nothing there: nothing is made or locked.
  if (!oauth_in(TRY(storage_->read(stop)))) return false;
  const auto held = TRY(storage_->hold_account(account, stop));
  bool is_there = false;
  const auto change = [&](const VaultDocument& document) -> Result<SecretText> {
    const auto stored = oauth_in(document);
    is_there = stored.has_value();
    if (!is_there) return document.text();
    const std::string issuer = TRY(issuer_of(stored->oauth()));
    return document.with_record(account, [&](std::string_view record, unsigned depth) {
      return issued_by(record, issuer, depth);
    });
  };
  TRY(held->change(change, stop));
  return is_there;
}

Result<bool> Vault::remove(const Account& account, const std::stop_token& stop) {
  return !TRY(remove(std::span(&account, 1), stop)).empty();
}

}  // namespace pindus
