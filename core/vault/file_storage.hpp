#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include "core/vault/storage.hpp"
#include "core/vault/vault_notes.hpp"
#include "core/vault/vault_place.hpp"

namespace pindus {

/// `auth.json` in a profile, shared with other processes of ours, which lock, and with other
/// programs, which mostly don't.
class FileStorage final : public VaultStorage {
 public:
  /// Touches nothing. A relative profile is one in the folder where this process is now. `say`
  /// gets, on the thread that waits and once, for whom the vault is waited for longer than a
  /// second.
  explicit FileStorage(const std::filesystem::path& profile,
                       std::function<void(std::string_view)> say = {});

  [[nodiscard]] bare::KeyAnswer find_ready_key(const bare::KeyRequest& request,
                                               bare::TextBuffer& out) override;
  [[nodiscard]] Result<VaultDocument> read(const std::stop_token& stop) override;
  [[nodiscard]] Result<void> check_writable() override;
  [[nodiscard]] Result<void> prove_writable(const std::stop_token& stop) override;
  [[nodiscard]] Result<std::unique_ptr<HeldAccounts>> hold_accounts(
      std::span<const Account> accounts, const std::stop_token& stop) override;
  [[nodiscard]] std::string memo(const Account& account) override;
  void leave_memo(const Account& account, std::string_view text) override;
  [[nodiscard]] Result<void> change(const VaultEdit& edit, const std::stop_token& stop) override;
  [[nodiscard]] std::filesystem::path file() const override { return file_; }
  [[nodiscard]] std::vector<VaultNote> take_notes() override { return notes_.take(); }

 private:
  [[nodiscard]] Result<VaultPlace> place_to_write() const;

  std::filesystem::path profile_;
  std::filesystem::path file_;
  VaultNotes notes_;
};

}  // namespace pindus
