#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "core/keys/choose_key.hpp"
#include "core/vault/credential_record.hpp"
#include "core/vault/file_storage.hpp"
#include "core/vault/memory_storage.hpp"

namespace pindus::test {

/// A vault with what refreshes its tokens.
class KeyVault : public Vault {
 public:
  KeyVault(std::shared_ptr<VaultStorage> storage, TokenRefresher* refresher)
      : Vault(std::move(storage)), refresher_(refresher) {}

  [[nodiscard]] Result<std::optional<UsableKey>> read_usable_key(
      std::string_view provider, std::optional<std::string> account = {},
      std::stop_token stop = {}) {
    auto key = TRY(stored_key(*this, refresher_, {provider, std::move(account), std::move(stop)}));
    if (!key) return std::nullopt;
    return std::move(key->key);
  }

  /// The stored OAuth credential as it is; nothing where there is none.
  [[nodiscard]] Result<std::optional<OAuthCredentials>> read_oauth(const Account& account) {
    const VaultDocument document = TRY(storage().read({}));
    const auto record = document.record(account);
    if (!record || CredentialRecord(*record).kind() != AuthKind::oauth) return std::nullopt;
    return CredentialRecord(*record).oauth();
  }

 private:
  TokenRefresher* refresher_;
};

/// The vault of a profile.
class DiskVault final : public KeyVault {
 public:
  explicit DiskVault(std::filesystem::path profile, TokenRefresher* refresher = nullptr)
      : KeyVault(std::make_shared<FileStorage>(std::move(profile)), refresher) {}
};

/// A vault that is gone with its object.
class MemoryVault final : public KeyVault {
 public:
  explicit MemoryVault(std::string_view text = {}, TokenRefresher* refresher = nullptr)
      : MemoryVault(std::make_shared<MemoryStorage>(text), refresher) {}

  [[nodiscard]] std::string text() const { return memory_->text(); }

 private:
  MemoryVault(std::shared_ptr<MemoryStorage> memory, TokenRefresher* refresher)
      : KeyVault(memory, refresher), memory_(std::move(memory)) {}

  std::shared_ptr<MemoryStorage> memory_;
};

}  // namespace pindus::test
