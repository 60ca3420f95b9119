#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/vault/private_file.hpp"
#include "core/vault/storage.hpp"

namespace pindus {

/// `auth.json` in a profile, shared with other processes of ours, which lock, and with other
/// programs, which don't.
class FileStorage final : public VaultStorage {
 public:
  /// Touches nothing.
  explicit FileStorage(std::filesystem::path profile);

  [[nodiscard]] bare::KeyAnswer find_ready_key(const bare::KeyRequest& request,
                                               bare::TextBuffer& out) override;
  [[nodiscard]] Result<VaultDocument> read(const std::stop_token& stop) override;
  [[nodiscard]] Result<void> check_writable() override;
  [[nodiscard]] Result<std::unique_ptr<HeldAccount>> hold_account(
      const Account& account, const std::stop_token& stop) override;
  [[nodiscard]] std::string memo(const Account& account) override;
  void leave_memo(const Account& account, std::string_view text) override;
  [[nodiscard]] Result<void> change(const VaultEdit& edit, const std::stop_token& stop) override;

 private:
  friend class HeldFileAccount;

  [[nodiscard]] std::filesystem::path memo_file(const Account& account) const;
  [[nodiscard]] Result<std::filesystem::path> prepare_to_write() const;
  [[nodiscard]] Result<void> replace(ReplacementFile& replacement, const VaultEdit& edit,
                                     const std::stop_token& stop) const;

  std::filesystem::path profile_;
  std::filesystem::path file_;
  std::filesystem::path lock_file_;
};

}  // namespace pindus
