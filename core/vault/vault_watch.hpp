#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <stop_token>

#include "core/base/fault.hpp"
#include "core/base/file_descriptor.hpp"
#include "core/vault/memory_storage.hpp"

namespace pindus {

/// Tells when a vault has changed, whoever changed it. One thread at a time.
class VaultWatch {
 public:
  virtual ~VaultWatch() = default;

  /// Can be read when the vault may have changed.
  [[nodiscard]] virtual int descriptor() const noexcept = 0;

  /// Takes what made it readable, without waiting; whether the vault has changed since the last
  /// call.
  [[nodiscard]] virtual bool take() = 0;
};

/// That of a profile's auth.json, which may not be there yet, and of the file that a link of that
/// name leads to. Makes the profile's folder. Faults: vault.
[[nodiscard]] Result<std::unique_ptr<VaultWatch>> watch_vault(const std::filesystem::path& profile);

/// A vault in memory that tells when it has changed.
class WatchedMemory final : public MemoryStorage {
 public:
  using MemoryStorage::MemoryStorage;

  [[nodiscard]] Result<void> change(const VaultEdit& edit, const std::stop_token& stop) override;

  /// Faults: vault, where the system gives no descriptor.
  [[nodiscard]] Result<std::unique_ptr<VaultWatch>> watch();

 private:
  std::mutex watch_mutex_;
  FileDescriptor ring_;  // what a change writes to; not open where nobody watches
};

}  // namespace pindus
