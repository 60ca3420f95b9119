#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/account.hpp"
#include "core/base/fault.hpp"
#include "core/base/secret.hpp"
#include "core/vault/credentials.hpp"
#include "core/vault/json_edit.hpp"

namespace pindus {

/// No vault is larger.
inline constexpr std::size_t vault_size_limit = std::size_t{64} * 1024 * 1024;

/// The fault of a vault that is larger than that.
[[nodiscard]] CredentialFault too_large_fault(std::string_view name);

/// The text of a vault and where in it everything stands. The edits give a new text and change
/// only the bytes of what they are about. Immutable.
class VaultDocument {
 public:
  /// Reads all of it; blank text is an empty vault. The fault names `name` (the file), line and
  /// column: not JSON, not an object, too deep, too large, a provider or an account twice.
  [[nodiscard]] static Result<VaultDocument> parse(SecretText text, std::string_view name);

  [[nodiscard]] const SecretText& text() const noexcept { return text_; }

  [[nodiscard]] std::vector<StoredProvider> providers() const;
  [[nodiscard]] std::vector<StoredAccount> accounts(std::string_view provider) const;
  /// The account that is marked as the default, else the first.
  [[nodiscard]] std::optional<std::string> default_account(std::string_view provider) const;
  /// The account's record as it stands there, borrowed; nothing where it isn't stored.
  [[nodiscard]] std::optional<std::string_view> record(const Account& account) const;

  /// The same where there must be one. Faults: not-found, with the command that lists those that
  /// there are; that of check_form.
  [[nodiscard]] Result<std::string_view> require_record(const Account& account) const;

  /// Whether what stands in the place of that account, or of the provider's accounts where none is
  /// named, is what should stand there: another program may keep something else under the name.
  /// Nothing there is right, too. The fault names the place.
  [[nodiscard]] Result<void> check_form(std::string_view provider,
                                        const std::optional<std::string>& account = {}) const;

  /// Makes a record out of the one that is there ("{}": none); `depth` as for set_member.
  using RecordEdit = std::function<SecretText(std::string_view record, unsigned depth)>;

  /// The text with that account's record edited, or added as the provider's last one; the first
  /// becomes its default. The fault: what stands in the account's place is no object.
  [[nodiscard]] Result<SecretText> with_record(const Account& account,
                                               const RecordEdit& edit) const;

  /// The text without the accounts. The first that is left becomes its provider's default where one
  /// of them was it; with the last member a provider goes. Unchanged where none is stored.
  [[nodiscard]] SecretText without_accounts(std::span<const Account> accounts) const;

  /// The text with that account, which is stored, as its provider's default.
  [[nodiscard]] SecretText with_default(const Account& account) const;

  /// The text with that account, which is stored, under another name, which none has.
  [[nodiscard]] SecretText with_name(const Account& account, std::string_view name) const;

 private:
  struct Provider {
    JsonMember member;
    bool is_record = false;            // an older program's, whose one account is "default"
    std::vector<JsonMember> accounts;  // empty for a record
  };

  explicit VaultDocument(SecretText text, std::string_view name)
      : text_(std::move(text)), name_(name) {}
  [[nodiscard]] Result<void> index();
  [[nodiscard]] Result<void> check_twice(const std::vector<JsonMember>& members,
                                         std::string_view what, std::size_t base) const;
  [[nodiscard]] std::unexpected<CredentialFault> fault_at(std::size_t offset,
                                                          std::string_view reason) const;
  [[nodiscard]] const Provider* find(std::string_view provider) const;
  [[nodiscard]] SecretText without(const Provider& provider,
                                   const std::set<std::string_view>& accounts) const;
  [[nodiscard]] std::string_view value_of(const Provider& provider) const;
  [[nodiscard]] std::vector<StoredAccount> accounts_of(const Provider& provider) const;

  SecretText text_;
  std::string name_;
  std::vector<Provider> providers_;
};

}  // namespace pindus
