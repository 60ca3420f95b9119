#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/keys/token_refresher.hpp"
#include "core/vault/auth_vault.hpp"
#include "core/vault/storage.hpp"

namespace pindus {

/// The credential store over a text, wherever that is kept: DiskVault and MemoryVault say where.
class DocumentVault : public AuthVault {
 public:
  /// `refresher` is borrowed for this object's life; null: no token can be refreshed.
  DocumentVault(std::shared_ptr<VaultStorage> storage, TokenRefresher* refresher)
      : storage_(std::move(storage)), refresher_(refresher) {}

  Result<std::vector<StoredProvider>> list_providers() override;
  Result<std::vector<StoredAccount>> list_accounts(std::string_view provider) override;
  Result<std::optional<std::string>> default_account(std::string_view provider) override;
  Result<std::optional<AuthKind>> auth_kind(std::string_view provider,
                                            std::string_view account) override;
  Result<void> put_api_key(std::string_view provider, std::string_view account, const Secret& key,
                           OnExisting on_existing, std::stop_token stop = {}) override;
  Result<void> put_oauth(std::string_view provider, std::string_view account,
                         const OAuthCredentials& credentials, OnExisting on_existing,
                         std::stop_token stop = {}) override;
  Result<std::optional<UsableKey>> read_usable_key(std::string_view provider,
                                                   std::optional<std::string_view> account,
                                                   std::stop_token stop = {}) override;
  Result<std::optional<OAuthCredentials>> read_oauth(std::string_view provider,
                                                     std::string_view account) override;
  Result<bool> remove(std::string_view provider, std::string_view account,
                      std::stop_token stop = {}) override;

 private:
  [[nodiscard]] Result<void> put(std::string_view provider, std::string_view account,
                                 OnExisting on_existing, const VaultDocument::RecordEdit& edit,
                                 const std::stop_token& stop);
  [[nodiscard]] std::optional<UsableKey> find_ready_key(std::string_view provider,
                                                        std::optional<std::string_view> account);

  std::shared_ptr<VaultStorage> storage_;
  TokenRefresher* refresher_;
};

}  // namespace pindus
