#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include "core/base/fault.hpp"
#include "core/vault/vault_document.hpp"
#include "core/vault/vault_notes.hpp"
#include "core/vault/vault_place.hpp"

namespace pindus {

/// Which file it was, and in which state: another program's write changes one of these.
struct FileState {
  bool exists = false;
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;
  mode_t mode = 0;
  nlink_t links = 0;
  uid_t owner = 0;

  friend bool operator==(const FileState&, const FileState&) = default;
};

/// That of the file that a path leads to, links followed.
[[nodiscard]] FileState state_of_file(const std::filesystem::path& path);

/// A vault file as it was at one time.
struct VaultSnapshot {
  VaultDocument document;
  FileState state;
};

/// How long a file that another program seems to be writing is waited for.
inline constexpr std::chrono::milliseconds settle_time{100};

/// Reads the file. One that is empty, can't be understood, or changes while it is read may be in
/// the middle of another program's write: it is read again until it isn't, for as long as
/// `patience` (settle_time); `notes` hears of that where it takes longer than a second. No file is
/// an empty vault. Faults: vault; aborted.
[[nodiscard]] Result<VaultSnapshot> read_vault(const std::filesystem::path& path,
                                               const std::stop_token& stop);
[[nodiscard]] Result<VaultSnapshot> read_vault(const VaultPlace& place,
                                               std::chrono::milliseconds patience,
                                               const std::stop_token& stop,
                                               VaultNotes* notes = nullptr);

/// A file in the vault's folder that holds a vault's text, read once; nothing where it isn't there,
/// isn't whole or isn't ours.
[[nodiscard]] std::optional<VaultDocument> read_once(const VaultPlace& place,
                                                     const std::string& name);

/// Whether the file is still as it was then. The fault: it can't be read.
[[nodiscard]] Result<bool> is_unchanged(const VaultPlace& place, const VaultSnapshot& then);

}  // namespace pindus
