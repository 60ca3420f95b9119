#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret.hpp"
#include "core/vault/credentials.hpp"
#include "core/vault/json_edit.hpp"

namespace pindus {

/// One account's record, read. Borrows the text.
class CredentialRecord {
 public:
  explicit CredentialRecord(std::string_view object);

  /// How it signed in, told by `kind` (an api key where a command prints one), in a record of an
  /// older program by its members; nothing for a form that we don't know, or without what belongs
  /// to it: a key, or a token, be it only one for refreshes.
  [[nodiscard]] std::optional<AuthKind> kind() const;
  /// The command that prints its key, and the command's arguments: of a record of the kind
  /// "command", which keeps no key; empty for any other.
  [[nodiscard]] std::vector<std::string> command() const;
  /// The method that it names; empty: the first of its kind.
  [[nodiscard]] std::string method() const;
  [[nodiscard]] bool is_default() const;
  /// What a request needs: the api key, or the access token, which is empty where there is only a
  /// refresh token. Without line ends at its end. Only where the kind is known.
  [[nodiscard]] Secret key() const;
  /// When the access token expires, in epoch milliseconds; nothing: never, as far as anybody knows.
  /// 0, long ago, where there is none, or where its end is unknown, and a refresh token gets
  /// another.
  [[nodiscard]] std::optional<std::int64_t> expires_ms() const;
  /// How long the access token lives from its issue, in seconds; nothing where nobody said.
  [[nodiscard]] std::optional<std::int64_t> lifetime_s() const;
  /// Whether what stands in the place of its end can't be so: no time, or a later one than its life
  /// allows, because the clock was wrong then, or is now.
  [[nodiscard]] bool end_is_unknown() const;
  /// The account of that name, as lists show it.
  [[nodiscard]] StoredAccount account(std::string_view name) const;
  /// Why nothing can be handed out: see StoredAccount.
  [[nodiscard]] std::string problem() const;
  /// The token, with all its text members. Only for AuthKind::oauth.
  [[nodiscard]] OAuthCredentials oauth() const;

 private:
  [[nodiscard]] const JsonMember* find(std::string_view name, std::string_view older_name) const;
  [[nodiscard]] Secret text_of(const JsonMember* member) const;
  [[nodiscard]] Secret token_of(std::string_view name, std::string_view older_name) const;

  std::string_view text_;
  std::vector<JsonMember> members_;
};

/// Whether a provider's value is itself a record (of an older program, without accounts).
[[nodiscard]] bool is_record(const std::vector<JsonMember>& members);

/// The record after another sign-in: what belonged to the earlier one goes, what we don't know
/// stays. A member with an empty value goes too. `depth` as for set_member.
[[nodiscard]] SecretText signed_in(std::string_view record, const Secret& key,
                                   const RecordMembers& members, unsigned depth);
[[nodiscard]] SecretText signed_in(std::string_view record, const OAuthCredentials& credentials,
                                   unsigned depth);
[[nodiscard]] SecretText signed_in(std::string_view record, std::span<const std::string> command,
                                   unsigned depth);

/// The record after a refresh: only what differs is touched; an empty refresh token means that the
/// old one stays (RFC 6749, section 6).
[[nodiscard]] SecretText refreshed(std::string_view record, const OAuthCredentials& credentials,
                                   unsigned depth);

/// The record as one that was issued by `origin`; nothing else is touched.
[[nodiscard]] SecretText issued_by(std::string_view record, std::string_view origin,
                                   unsigned depth);

/// The record with `isDefault` set.
[[nodiscard]] SecretText as_default(std::string_view record, unsigned depth);

}  // namespace pindus
