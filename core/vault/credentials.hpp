#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/auth_kind.hpp"
#include "core/base/secret.hpp"

namespace pindus {

/// The member that says who issued what is stored: the origin (scheme, host and port) of the token
/// endpoint. Records of other programs don't have it.
inline constexpr const char* issuer_member = "issuedBy";

/// The member that names the method by which an account signed in, where that isn't the first of
/// its kind that the provider has.
inline constexpr const char* method_member = "method";

/// Text members of a record, in their order. One with an empty value: the record shall have none of
/// that name.
using RecordMembers = std::vector<std::pair<std::string, std::string>>;

/// A sign-in's outcome, and what a refresh starts from.
struct OAuthCredentials {
  Secret access;
  Secret refresh;                          ///< empty: there is none
  std::optional<std::int64_t> expires_ms;  ///< epoch milliseconds; absent: valid until sign-out
  /// The record's further members: baseUrl, accountId, clientId, answers. Those that aren't named
  /// here stay in a record that is refreshed; in one that another sign-in replaces, only what no
  /// sign-in of ours stores stays.
  RecordMembers members;
  /// How long the access token lives from its issue to its end, in seconds; absent: nobody said.
  std::optional<std::int64_t> lifetime_s = {};
  /// The record's private drawer: texts that only the plugin of the method sees. One that is empty:
  /// the drawer shall have none of that name.
  std::vector<std::pair<std::string, Secret>> private_texts = {};

  /// One of `members`; empty where there is none of that name.
  [[nodiscard]] std::string_view member(std::string_view name) const noexcept {
    for (const auto& [other, value] : members) {
      if (other == name) return value;
    }
    return {};
  }
};

/// One stored account, without its secrets.
struct StoredAccount {
  std::string name;
  std::optional<AuthKind> kind = {};  ///< absent: a record of a form that we don't know
  std::string method = {};            ///< see method_member; empty: none is named
  bool is_default = false;
  /// When the token expires, as CredentialRecord::expires_ms has it.
  std::optional<std::int64_t> expires_ms = {};
  bool end_is_unknown = false;            ///< what the record says about the token's end is no time
  bool can_refresh = false;               ///< there is a refresh token
  std::vector<std::string> command = {};  ///< that prints the key; empty: none is run
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
