#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/account.hpp"
#include "core/vault/credentials.hpp"
#include "core/vault/storage.hpp"

namespace pindus {

/// An account that is gone from the store.
struct RemovedAccount {
  Account account;
  std::optional<OAuthCredentials> oauth;  ///< where it signed in so
};

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

  /// Makes sure that a sign-in can be stored, by writing, before anybody is asked for it. A stop as
  /// in put_api_key.
  [[nodiscard]] Result<void> prove_writable(const std::stop_token& stop = {});

  /// What put_api_key and put_oauth would refuse of the account's place, whatever is put there:
  /// name-collision; that another program keeps something else there.
  [[nodiscard]] Result<void> check_place(const Account& account, OnExisting on_existing);

  /// Stores an api key. The provider's first account becomes its default. name-collision where the
  /// account is there and may not be replaced. The caller has validated key and name; `members` are
  /// the record's further ones: its method, answers.
  /// A stop ends the wait for other processes with an `aborted` fault; the same in put_oauth,
  /// remove and set_issuer.
  [[nodiscard]] Result<void> put_api_key(const Account& account, const Secret& key,
                                         OnExisting on_existing, const std::stop_token& stop = {},
                                         const RecordMembers& members = {});

  /// Stores a command that prints the key when it is asked for; otherwise as put_api_key.
  [[nodiscard]] Result<void> put_command(const Account& account,
                                         std::span<const std::string> command,
                                         OnExisting on_existing, const std::stop_token& stop = {});

  /// Stores a sign-in; otherwise as put_api_key. Where an account is replaced, what belonged to its
  /// earlier sign-in goes, and members that the vault doesn't know stay.
  [[nodiscard]] Result<void> put_oauth(const Account& account, const OAuthCredentials& credentials,
                                       OnExisting on_existing, const std::stop_token& stop = {});

  /// Removes accounts, all in one change of the store. Where one was its provider's default, the
  /// first that is left becomes it; with the last one the provider goes. Returns those that were
  /// there, with what a revocation needs: an account that was being refreshed is waited for, and
  /// what is returned is what that refresh stored. What was remembered of one's failures goes too.
  [[nodiscard]] Result<std::vector<RemovedAccount>> remove(std::span<const Account> accounts,
                                                           const std::stop_token& stop = {});

  /// The same for one; returns whether it was there.
  [[nodiscard]] Result<bool> remove(const Account& account, const std::stop_token& stop = {});

  /// Makes an account that is stored its provider's default. Fault: not-found.
  [[nodiscard]] Result<void> set_default(const Account& account, const std::stop_token& stop = {});

  /// Gives an account that is stored another name, and nothing else; a refresh of it that is under
  /// way is waited for. Faults: not-found; name-collision, where another account has the name.
  [[nodiscard]] Result<void> rename(const Account& account, const std::string& name,
                                    const std::stop_token& stop = {});

  /// Notes who issues a stored sign-in from now on: what `issuer_of` names for what is stored, read
  /// under the account's lock. Returns whether a sign-in by OAuth is there. Faults: also its own.
  using NamesIssuer = std::function<Result<std::string>(const OAuthCredentials& stored)>;
  [[nodiscard]] Result<bool> set_issuer(const Account& account, const NamesIssuer& issuer_of,
                                        const std::stop_token& stop = {});

  /// Where it is kept, for whoever reads and changes a record under the account's lock.
  [[nodiscard]] VaultStorage& storage() noexcept { return *storage_; }

 private:
  [[nodiscard]] Result<void> put(const Account& account, OnExisting on_existing,
                                 const VaultDocument::RecordEdit& edit,
                                 const std::stop_token& stop);

  std::shared_ptr<VaultStorage> storage_;
};

}  // namespace pindus
