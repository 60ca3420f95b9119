#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/vault/memory_storage.hpp"
#include "core/vault/vault.hpp"

namespace pindus {

/// A credential store that is gone with its object; what it does to a text is what DiskVault does
/// to a file.
class MemoryVault final : public DocumentVault {
 public:
  /// `text` is what `auth.json` would hold; `refresher` is borrowed, null: none.
  explicit MemoryVault(std::string_view text = {}, TokenRefresher* refresher = nullptr)
      : MemoryVault(std::make_shared<MemoryStorage>(text), refresher) {}

  /// What `auth.json` would hold now.
  [[nodiscard]] std::string text() const { return memory_->text(); }

 private:
  MemoryVault(std::shared_ptr<MemoryStorage> memory, TokenRefresher* refresher)
      : DocumentVault(memory, refresher), memory_(std::move(memory)) {}

  std::shared_ptr<MemoryStorage> memory_;
};

}  // namespace pindus
