#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/auth_kind.hpp"
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
  /// How long the access token lives from its issue to its end, in seconds; absent: nobody said.
  std::optional<std::int64_t> lifetime_s = {};
};

/// One stored account, without its secrets.
struct StoredAccount {
  std::string name;
  std::optional<AuthKind> kind = {};  ///< absent: a record of a form that we don't know
  bool is_default = false;
  /// When the token expires, as CredentialRecord::expires_ms has it.
  std::optional<std::int64_t> expires_ms = {};
  bool end_is_unknown = false;  ///< what the record says about the token's end is no time
  bool can_refresh = false;     ///< there is a refresh token
  /// Why nothing can be handed out, as what the account has: "a record without a key"; empty where
  /// something can, if perhaps after a refresh.
  std::string problem = {};
};

/// A provider of the vault and its accounts, both in the order of the file.
struct StoredProvider {
  std::string id;
  std::vector<StoredAccount> accounts;
};

/// What to do when the account is already there.
enum class OnExisting { refuse, replace };

}  // namespace pindus
