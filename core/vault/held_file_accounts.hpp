#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/account.hpp"
#include "core/vault/file_lock.hpp"
#include "core/vault/replacement_file.hpp"
#include "core/vault/storage.hpp"
#include "core/vault/vault_notes.hpp"
#include "core/vault/vault_place.hpp"

namespace pindus {

/// Accounts of a vault's file, held by their bytes of the lock file.
class HeldFileAccounts final : public HeldAccounts {
 public:
  /// Waits for the bytes, and takes up what earlier holders left beside the vault. `notes` is
  /// borrowed. Faults: vault; aborted.
  [[nodiscard]] static Result<std::unique_ptr<HeldAccounts>> hold(VaultPlace place,
                                                                  std::span<const Account> accounts,
                                                                  VaultNotes& notes,
                                                                  const std::stop_token& stop);

  [[nodiscard]] Result<VaultDocument> reserve(const std::stop_token& stop) override;
  [[nodiscard]] Result<void> change(const VaultEdit& edit, const std::stop_token& stop) override;
  [[nodiscard]] std::optional<std::filesystem::path> kept_in() const override { return kept_in_; }

 private:
  HeldFileAccounts(VaultPlace place, std::span<const Account> accounts, VaultNotes& notes,
                   FileLock lock)
      : place_(std::move(place)),
        accounts_(accounts.begin(), accounts.end()),
        notes_(notes),
        lock_(std::move(lock)) {}

  [[nodiscard]] Result<void> take_up(const std::stop_token& stop);
  [[nodiscard]] Result<void> try_change(const VaultEdit& edit, const std::stop_token& stop);
  [[nodiscard]] Result<void> keep(const VaultEdit& edit, const VaultDocument& before);

  VaultPlace place_;
  std::vector<Account> accounts_;
  VaultNotes& notes_;
  FileLock lock_;
  Deadline deadline_ = std::chrono::steady_clock::now() + longest_hold;
  // What was reserved: for which grant, out of which vault.
  Stake stake_;
  std::optional<VaultDocument> reserved_for_;
  std::optional<ReplacementFile> replacement_;
  std::optional<std::filesystem::path> kept_in_;
};

}  // namespace pindus
