#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/vault/storage.hpp"

namespace pindus {

/// A vault's text in memory.
class MemoryStorage : public VaultStorage {
 public:
  /// `text` is what `auth.json` would hold.
  explicit MemoryStorage(std::string_view text = {}) : text_(text) {}

  /// What `auth.json` would hold now.
  [[nodiscard]] std::string text() const;

  [[nodiscard]] bare::KeyAnswer find_ready_key(const bare::KeyRequest& request,
                                               bare::TextBuffer& out) override;
  [[nodiscard]] Result<VaultDocument> read(const std::stop_token& stop) override;
  [[nodiscard]] Result<void> check_writable() override { return {}; }
  [[nodiscard]] Result<void> prove_writable(const std::stop_token&) override { return {}; }
  [[nodiscard]] Result<std::unique_ptr<HeldAccounts>> hold_accounts(
      std::span<const Account> accounts, const std::stop_token& stop) override;
  [[nodiscard]] std::string memo(const Account& account) override;
  void leave_memo(const Account& account, std::string_view text) override;
  [[nodiscard]] Result<void> change(const VaultEdit& edit, const std::stop_token& stop) override;

 private:
  class Held;

  mutable std::mutex mutex_;
  std::condition_variable_any released_;
  SecretText text_;
  std::set<std::int64_t> held_;                // the bytes that a lock file would have
  std::map<std::int64_t, std::string> memos_;  // by the same bytes
};

}  // namespace pindus
