#pragma once

#include <filesystem>
#include <memory>
#include <utility>

#include "core/vault/file_storage.hpp"
#include "core/vault/vault.hpp"

namespace pindus {

/// The credential store of a profile: its `auth.json`.
class DiskVault final : public DocumentVault {
 public:
  /// Touches no file. `profile` is the directory; `refresher` is borrowed, null: none.
  explicit DiskVault(std::filesystem::path profile, TokenRefresher* refresher = nullptr)
      : DocumentVault(std::make_shared<FileStorage>(std::move(profile)), refresher) {}
};

}  // namespace pindus
