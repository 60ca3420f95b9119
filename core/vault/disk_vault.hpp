#pragma once

#include <filesystem>
#include <memory>
#include <utility>

#include "core/vault/document_vault.hpp"
#include "core/vault/vault_file.hpp"

namespace pindus {

/// The credential store of a profile: its `auth.json`.
class DiskVault final : public DocumentVault {
 public:
  /// Touches no file. `profile` is the directory; `refresher` is borrowed, null: none.
  explicit DiskVault(std::filesystem::path profile, TokenRefresher* refresher = nullptr)
      : DocumentVault(std::make_shared<VaultFile>(std::move(profile)), refresher) {}
};

}  // namespace pindus
