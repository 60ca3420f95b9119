#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <stop_token>

#include "core/base/fault.hpp"
#include "core/vault/vault_document.hpp"

namespace pindus {

/// Which file it was, and in which state: another program's write changes one of these.
struct FileState {
  bool exists = false;
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;

  friend bool operator==(const FileState&, const FileState&) = default;
};

/// A vault file as it was at one time.
struct VaultSnapshot {
  VaultDocument document;
  FileState state;
};

/// Reads the file. One that is empty, can't be understood, or changes while it is read may be in
/// the middle of another program's write: it is read again for up to 100 ms. No file is an empty
/// vault. Faults: vault; aborted.
[[nodiscard]] Result<VaultSnapshot> read_vault(const std::filesystem::path& path,
                                               const std::stop_token& stop);

/// Whether the file is still as it was then. The fault: it can't be read.
[[nodiscard]] Result<bool> is_unchanged(const std::filesystem::path& path,
                                        const VaultSnapshot& then);

}  // namespace pindus
