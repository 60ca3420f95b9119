#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

#include "core/base/fault.hpp"
#include "core/vault/file_lock.hpp"
#include "core/vault/file_snapshot.hpp"
#include "core/vault/replacement_file.hpp"
#include "core/vault/storage.hpp"
#include "core/vault/vault_notes.hpp"
#include "core/vault/vault_place.hpp"

namespace pindus {

/// One change of a vault's file: the one owner of the lock, the replacement and the rename. While
/// it lives no other process of ours changes the file. A program that doesn't know our lock is
/// noticed, and kept out during the rename where it knows that of proper-lockfile. What is borrowed
/// must outlive it.
class FileTransaction {
 public:
  /// Waits for the lock: for as long as anybody does, or until the deadline, by which whoever holds
  /// another lock meanwhile is to be done. All that follows ends by then, or longest_hold after
  /// this. Faults: vault; aborted.
  [[nodiscard]] static Result<FileTransaction> begin(
      const VaultPlace& place, VaultNotes& notes, const std::stop_token& stop,
      std::optional<Deadline> deadline = std::nullopt);

  /// Replaces the file by its own bytes: the only sure proof that it can be replaced. Where there
  /// is none, shows that one could be made. Returns what the vault is. Faults: vault; aborted.
  [[nodiscard]] Result<VaultDocument> prove(const std::stop_token& stop);

  /// Replaces the file by what the edit makes of it, on the disk itself; nothing happens where that
  /// is the same. `replacement` is what is used where it is there, else it is made for that stake;
  /// it is gone afterwards if all went well. A file that another program seems to be writing is
  /// waited for as long as `patience`. Left-over replacements that are nobody's go with it. Faults:
  /// the edit's; vault; aborted.
  [[nodiscard]] Result<void> change(const VaultEdit& edit,
                                    std::optional<ReplacementFile>& replacement, const Stake& stake,
                                    std::chrono::milliseconds patience,
                                    const std::stop_token& stop);

 private:
  FileTransaction(const VaultPlace& place, VaultNotes& notes, FileLock lock, Deadline deadline)
      : place_(place), notes_(notes), lock_(std::move(lock)), deadline_(deadline) {}

  [[nodiscard]] Result<VaultSnapshot> read(std::chrono::milliseconds patience,
                                           const std::stop_token& stop) const;
  [[nodiscard]] Result<bool> publish(const VaultSnapshot& before, ReplacementFile& replacement,
                                     const std::stop_token& stop);
  void sync_folder();
  void tell_what_went(const FileState& before, bool is_private);
  void remove_left_overs(const SecretText& text);

  const VaultPlace& place_;
  VaultNotes& notes_;
  FileLock lock_;
  Deadline deadline_;
};

}  // namespace pindus
