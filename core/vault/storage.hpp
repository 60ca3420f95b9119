#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/bare/ready_key.hpp"
#include "core/base/account.hpp"
#include "core/base/fault.hpp"
#include "core/vault/vault_document.hpp"

namespace pindus {

/// Makes the vault's next text out of the present one; the same text means that nothing is to be
/// written. Called again where the vault changed meanwhile.
using VaultEdit = std::function<Result<SecretText>(const VaultDocument&)>;

/// An account that nobody else may change until this object goes.
class HeldAccount {
 public:
  virtual ~HeldAccount() = default;

  /// Makes sure that a later change of this account finds what it needs, disk space above all.
  [[nodiscard]] virtual Result<void> reserve() = 0;

  /// Changes the vault, with what was reserved. Faults: vault; aborted.
  [[nodiscard]] virtual Result<void> change(const VaultEdit& edit, const std::stop_token& stop) = 0;
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

  /// Waits until nobody else holds the account. Faults: vault (also after 45 s); aborted.
  [[nodiscard]] virtual Result<std::unique_ptr<HeldAccount>> hold_account(
      const Account& account, const std::stop_token& stop) = 0;

  /// What whoever held this account before has left for its next holder, outside the vault; empty:
  /// nothing, or it couldn't be kept. Only for whoever holds the account.
  [[nodiscard]] virtual std::string memo(const Account& account) = 0;
  virtual void leave_memo(const Account& account, std::string_view text) = 0;

  /// Changes the vault, all of it or nothing. Faults: the edit's; vault; aborted.
  [[nodiscard]] virtual Result<void> change(const VaultEdit& edit, const std::stop_token& stop) = 0;
};

}  // namespace pindus
