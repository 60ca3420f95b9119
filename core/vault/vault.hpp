#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/account.hpp"
#include "core/vault/credentials.hpp"
#include "core/vault/storage.hpp"

namespace pindus {

/// The credential store: which accounts there are, and what each of them holds. It stores and no
/// more; whether a key is usable, and what is done where it isn't, is decided in core/keys.
/// Provider ids are compared without case; account names as they are. Every function may be called
/// on any thread; several processes may use one store at once. A fault of kind `vault` is possible
/// everywhere: the store can't be read, parsed, locked or written.
class Vault {
 public:
  explicit Vault(std::shared_ptr<VaultStorage> storage) : storage_(std::move(storage)) {}

  /// Everything stored. Reads only; takes no lock.
  [[nodiscard]] Result<std::vector<StoredProvider>> list_providers();

  /// The accounts of one provider; empty where nothing is stored.
  [[nodiscard]] Result<std::vector<StoredAccount>> list_accounts(std::string_view provider);

  /// The provider's default account, else its first; nothing where none is stored.
  [[nodiscard]] Result<std::optional<std::string>> default_account(std::string_view provider);

  /// How that account signed in; nothing where it isn't stored or of an unknown form.
  [[nodiscard]] Result<std::optional<AuthKind>> auth_kind(const Account& account);

  /// Stores an api key. The provider's first account becomes its default. name-collision where the
  /// account is there and may not be replaced. The caller has validated key and name.
  /// A stop ends the wait for other processes with an `aborted` fault; the same in put_oauth and
  /// remove.
  [[nodiscard]] Result<void> put_api_key(const Account& account, const Secret& key,
                                         OnExisting on_existing, std::stop_token stop = {});

  /// Stores a sign-in; otherwise as put_api_key. Where an account is replaced, what belonged to its
  /// earlier sign-in goes, and members that the vault doesn't know stay.
  [[nodiscard]] Result<void> put_oauth(const Account& account, const OAuthCredentials& credentials,
                                       OnExisting on_existing, std::stop_token stop = {});

  /// The stored OAuth credential as it is, for a revocation; nothing where there is none.
  [[nodiscard]] Result<std::optional<OAuthCredentials>> read_oauth(const Account& account);

  /// Removes one account. Where it was the default, the first that is left becomes it; with the
  /// last one the provider goes. Returns whether anything was there.
  [[nodiscard]] Result<bool> remove(const Account& account, std::stop_token stop = {});

  /// Where it is kept, for whoever reads and changes a record under the account's lock.
  [[nodiscard]] VaultStorage& storage() noexcept { return *storage_; }

 private:
  [[nodiscard]] Result<void> put(const Account& account, OnExisting on_existing,
                                 const VaultDocument::RecordEdit& edit,
                                 const std::stop_token& stop);

  std::shared_ptr<VaultStorage> storage_;
};

/// The name-collision of a sign-in as an account that is there; its hint names both ways on.
[[nodiscard]] CredentialFault already_stored(const Account& account);

}  // namespace pindus
