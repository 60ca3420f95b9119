#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/bare/ready_key.hpp"
#include "core/base/account.hpp"
#include "core/base/fault.hpp"
#include "core/vault/vault_document.hpp"
#include "core/vault/vault_notes.hpp"

namespace pindus {

/// Makes the vault's next text out of the present one; the same text means that nothing is to be
/// written. Called again where the vault changed meanwhile.
using VaultEdit = std::function<Result<SecretText>(const VaultDocument&)>;

/// Accounts that nobody else may change until this object goes. One thread at a time.
class HeldAccounts {
 public:
  virtual ~HeldAccounts() = default;

  /// Before a provider is asked, for the one account that is held, for something that it gives only
  /// once: makes sure that a change finds what it needs, disk space above all, and proves that the
  /// vault can be written by doing so. From then on a change that fails all the same leaves its
  /// outcome beside the vault (`kept_in`), where the next one who holds the account takes it up.
  /// Returns the vault as it is now: another program may have done the work. Faults: vault;
  /// aborted.
  [[nodiscard]] virtual Result<VaultDocument> reserve(const std::stop_token& stop) = 0;

  /// Changes the vault, with what was reserved. Faults: the edit's; vault; aborted.
  [[nodiscard]] virtual Result<void> change(const VaultEdit& edit, const std::stop_token& stop) = 0;

  /// The file that holds the outcome of the change that failed; nothing where it is lost.
  [[nodiscard]] virtual std::optional<std::filesystem::path> kept_in() const = 0;
};

/// Where a vault's text is kept. Any thread; several processes where it is a file.
class VaultStorage {
 public:
  virtual ~VaultStorage() = default;

  /// What the front would answer: see bare::find_ready_key, also about `out`.
  [[nodiscard]] virtual bare::KeyAnswer find_ready_key(const bare::KeyRequest& request,
                                                       bare::TextBuffer& out) = 0;

  /// The whole vault. Takes no lock and makes nothing.
  [[nodiscard]] virtual Result<VaultDocument> read(const std::stop_token& stop) = 0;

  /// Whether the vault could be written, as far as can be told without writing.
  [[nodiscard]] virtual Result<void> check_writable() = 0;

  /// Makes sure of it, by writing: replaces the vault with its own bytes, and shows that there is
  /// room for more. For whoever is about to ask somebody for something that he gives only once.
  /// Faults: vault; aborted.
  [[nodiscard]] virtual Result<void> prove_writable(const std::stop_token& stop) = 0;

  /// Waits until nobody else holds any of the accounts. What an earlier holder got from a provider
  /// and couldn't store is in the vault then. Faults: vault (also after 45 s); aborted.
  [[nodiscard]] virtual Result<std::unique_ptr<HeldAccounts>> hold_accounts(
      std::span<const Account> accounts, const std::stop_token& stop) = 0;
  [[nodiscard]] Result<std::unique_ptr<HeldAccounts>> hold_account(const Account& account,
                                                                   const std::stop_token& stop) {
    return hold_accounts(std::span(&account, 1), stop);
  }

  /// What whoever held this account before has left for its next holder, outside the vault; empty:
  /// nothing, or it couldn't be kept. Anybody may read it; it is the holder's to leave.
  [[nodiscard]] virtual std::string memo(const Account& account) = 0;
  virtual void leave_memo(const Account& account, std::string_view text) = 0;

  /// Changes the vault, all of it or nothing. Faults: the edit's; vault; aborted.
  [[nodiscard]] virtual Result<void> change(const VaultEdit& edit, const std::stop_token& stop) = 0;

  /// The file that holds it; empty where none does.
  [[nodiscard]] virtual std::filesystem::path file() const { return {}; }

  /// What a person should hear about where the vault is kept, each thing once.
  [[nodiscard]] virtual std::vector<VaultNote> take_notes() { return {}; }
};

}  // namespace pindus
