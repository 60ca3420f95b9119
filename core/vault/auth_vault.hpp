#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/auth_kind.hpp"
#include "core/base/fault.hpp"
#include "core/base/secret.hpp"

namespace pindus {

/// A sign-in's outcome, and what a refresh starts from.
struct OAuthCredentials {
  Secret access;
  Secret refresh;                          ///< empty: there is none
  std::optional<std::int64_t> expires_ms;  ///< epoch milliseconds; absent: valid until sign-out
  /// Further text members of the record in their order: baseUrl, accountId, clientId, answers. One
  /// with an empty value: the record shall have none of that name. In a record that is replaced or
  /// refreshed, those that aren't named here and that the vault doesn't know stay.
  std::vector<std::pair<std::string, std::string>> members;
};

/// One stored account, without its secrets.
struct StoredAccount {
  std::string name;
  std::optional<AuthKind> kind;  ///< absent: a record of a form that we don't know
  bool is_default = false;
  std::optional<std::int64_t> expires_ms;
};

/// A provider of the vault and its accounts, both in the order of the file.
struct StoredProvider {
  std::string id;
  std::vector<StoredAccount> accounts;
};

/// What a request needs.
struct UsableKey {
  Secret key;
  /// The key and the record's other members but the refresh token, as one line of JSON.
  Secret json;
  /// Something that the person should know although the key is usable ("the refresh failed, the
  /// old token is still valid for 40 s"); empty: nothing.
  std::string warning;
};

/// What to do when the account is already there.
enum class OnExisting { refuse, replace };

/// The credential store. Provider ids are compared without case; account names as they are. Every
/// function may be called on any thread; several processes may use one store at once. A fault of
/// kind `vault` is possible everywhere: the file can't be read, parsed, locked or written.
class AuthVault {
 public:
  virtual ~AuthVault() = default;

  /// Everything stored. Reads only; takes no lock.
  [[nodiscard]] virtual Result<std::vector<StoredProvider>> list_providers() = 0;

  /// The accounts of one provider; empty where nothing is stored.
  [[nodiscard]] virtual Result<std::vector<StoredAccount>> list_accounts(
      std::string_view provider) = 0;

  /// The provider's default account, else its first; nothing where none is stored.
  [[nodiscard]] virtual Result<std::optional<std::string>> default_account(
      std::string_view provider) = 0;

  /// How that account signed in; nothing where it isn't stored or of an unknown form.
  [[nodiscard]] virtual Result<std::optional<AuthKind>> auth_kind(std::string_view provider,
                                                                  std::string_view account) = 0;

  /// Stores an api key. The provider's first account becomes its default. name-collision where the
  /// account is there and may not be replaced. The caller has validated key and name.
  /// A stop ends the wait for other processes with an `aborted` fault; the same in put_oauth and
  /// remove.
  [[nodiscard]] virtual Result<void> put_api_key(std::string_view provider,
                                                 std::string_view account, const Secret& key,
                                                 OnExisting on_existing,
                                                 std::stop_token stop = {}) = 0;

  /// Stores a sign-in; otherwise as put_api_key. Where an account is replaced, what belonged to its
  /// earlier sign-in goes, and members that the vault doesn't know stay.
  [[nodiscard]] virtual Result<void> put_oauth(std::string_view provider, std::string_view account,
                                               const OAuthCredentials& credentials,
                                               OnExisting on_existing,
                                               std::stop_token stop = {}) = 0;

  /// The key that a request needs, refreshed first if it must be; waits for the network then, and
  /// for other processes that refresh the same account. Without `account` the default one. Nothing
  /// where nothing is stored under that name. A stored credential that can't be used is a fault.
  [[nodiscard]] virtual Result<std::optional<UsableKey>> read_usable_key(
      std::string_view provider, std::optional<std::string_view> account,
      std::stop_token stop = {}) = 0;

  /// The stored OAuth credential as it is, for a revocation; nothing where there is none.
  [[nodiscard]] virtual Result<std::optional<OAuthCredentials>> read_oauth(
      std::string_view provider, std::string_view account) = 0;

  /// Removes one account. Where it was the default, the first that is left becomes it; with the
  /// last one the provider goes. Returns whether anything was there.
  [[nodiscard]] virtual Result<bool> remove(std::string_view provider, std::string_view account,
                                            std::stop_token stop = {}) = 0;
};

}  // namespace pindus
