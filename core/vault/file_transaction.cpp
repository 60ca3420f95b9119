#include "core/vault/file_transaction.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "core/base/text.hpp"
#include "core/vault/file_fault.hpp"
#include "core/vault/left_over.hpp"
#include "core/vault/lock_directory.hpp"

namespace pindus {
namespace {

// Another program that writes the vault this often while we try is not going to stop.
constexpr int write_attempts = 100;

Result<FileLock> lock_vault(const VaultPlace& place, const std::stop_token& stop,
                            std::chrono::milliseconds limit, VaultNotes& notes) {
  return FileLock::take(place, {vault_lock_byte}, "the credential store", stop, limit, &notes);
}

CredentialFault never_quiet_fault(const VaultPlace& place) {
  return credential_fault(FaultKind::vault,
                          fmt::format("another program keeps writing {}", place.file.string()),
                          fmt::format("find it with: fuser {}", shell_word(place.file.string())));
}

}  // namespace

Result<FileTransaction> FileTransaction::begin(const VaultPlace& place, VaultNotes& notes,
                                               const std::stop_token& stop,
                                               std::optional<Deadline> deadline) {
  const auto limit = deadline ? time_until(*deadline) : lock_wait_limit;
  auto lock = TRY(lock_vault(place, stop, limit, notes));
  TRY(place.check_replaceable());
  lock.say_who_holds();
  const Deadline end = std::chrono::steady_clock::now() + longest_hold;
  return FileTransaction(place, notes, std::move(lock), deadline ? std::min(*deadline, end) : end);
}

Result<VaultSnapshot> FileTransaction::read(std::chrono::milliseconds patience,
                                            const std::stop_token& stop) const {
  return read_vault(place_, std::min(patience, time_until(deadline_)), stop, &notes_);
}

Result<VaultDocument> FileTransaction::prove(const std::stop_token& stop) {
  // Without a sync of the folder: which of two equal files a power failure leaves is the same.
  for (int attempt = 0; attempt < write_attempts; ++attempt) {
    VaultSnapshot before = TRY(read(settle_time, stop));
    auto replacement = TRY(ReplacementFile::make(place_, {}, notes_));
    TRY(replacement.write(before.document.text()));
    if (!before.state.exists) return std::move(before.document);
    if (TRY(publish(before, replacement, stop))) {
      tell_what_went(before.state, replacement.is_private());
      return std::move(before.document);
    }
  }
  return std::unexpected(never_quiet_fault(place_));
}

Result<void> FileTransaction::change(const VaultEdit& edit,
                                     std::optional<ReplacementFile>& replacement,
                                     const Stake& stake, std::chrono::milliseconds patience,
                                     const std::stop_token& stop) {
  for (int attempt = 0; attempt < write_attempts; ++attempt) {
    const VaultSnapshot before = TRY(read(patience, stop));
    const SecretText text = TRY(edit(before.document));
    if (text == before.document.text()) {
      replacement.reset();
      return {};
    }
    if (text.size() > vault_size_limit) {
      return fail(FaultKind::vault,
                  fmt::format("{} would become larger than 64 MiB", place_.file.string()),
                  "nothing was changed; remove accounts: pindus signin --list");
    }
    if (!replacement || !replacement->is_in_place()) {
      replacement.emplace(TRY(ReplacementFile::make(place_, stake, notes_)));
    }
    TRY(replacement->write(text));
    if (TRY(publish(before, *replacement, stop))) {
      tell_what_went(before.state, replacement->is_private());
      replacement.reset();
      sync_folder();
      remove_left_overs(text);
      return {};
    }
  }
  return std::unexpected(never_quiet_fault(place_));
}

// The last look, and the rename; false where something changed and all is to be done anew. Only
// these two need that nobody else writes, so only for them the directory is there that programs
// without our lock know.
Result<bool> FileTransaction::publish(const VaultSnapshot& before, ReplacementFile& replacement,
                                      const std::stop_token& stop) {
  const auto directory = TRY(LockDirectory::take(place_, stop, time_until(deadline_), &notes_));
  if (!TRY(is_unchanged(place_, before))) return false;
  if (!lock_.is_current(place_)) {
    lock_ = TRY(lock_vault(place_, stop, time_until(deadline_), notes_));
    return false;
  }
  return replacement.is_in_place() && TRY(replacement.publish());
}

void FileTransaction::sync_folder() {
  // A folder that may be written but not listed isn't open for it, and some network file systems
  // have no fsync for folders.
  if (::fsync(place_.folder.get()) == 0 || errno == EBADF || errno == EINVAL ||
      errno == EOPNOTSUPP) {
    return;
  }
  notes_.say(VaultNote::Topic::durability,
             file_fault(place_.file.parent_path(), "synced", errno).message +
                 "; what was stored may not survive a power failure");
}

void FileTransaction::tell_what_went(const FileState& before, bool is_private) {
  if (is_private && (before.mode & 077) != 0) {
    notes_.say(
        VaultNote::Topic::openness,
        fmt::format("{} was open to others (mode {:o}, perhaps by an ACL) and is private now",
                    place_.file.string(), before.mode & 0777));
  }
  if (before.links > 1) {
    notes_.say(VaultNote::Topic::other_names,
               fmt::format("{} had another name (a hard link), which keeps what was stored before",
                           place_.file.string()));
  }
}

// What a crash left holds secrets, perhaps of an account that is gone. Whoever makes a replacement
// holds the byte in its name; the vault's own is ours now.
void FileTransaction::remove_left_overs(const SecretText& text) {
  for (const LeftOver& left_over : list_left_overs(place_)) {
    if (left_over.stake.byte != vault_lock_byte) {
      if (lock_.is_held_elsewhere(left_over.stake.byte)) continue;
      const auto now = VaultDocument::parse(text, place_.file.string());
      if (!now || is_worth_keeping(place_, left_over, *now)) continue;
    }
    remove_left_over(place_, left_over);
  }
}

}  // namespace pindus
