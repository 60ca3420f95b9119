#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fault.hpp"
#include "core/base/file_descriptor.hpp"
#include "core/vault/vault_notes.hpp"
#include "core/vault/vault_place.hpp"

namespace pindus {

/// How long anybody waits for a lock, and how long at most one is held, whatever happens meanwhile:
/// who began to wait when another took it gets it.
inline constexpr std::chrono::seconds lock_wait_limit{45};
inline constexpr std::chrono::seconds longest_hold{40};
static_assert(longest_hold < lock_wait_limit);

using Deadline = std::chrono::steady_clock::time_point;

/// What is left until then; zero where it has passed.
[[nodiscard]] std::chrono::milliseconds time_until(Deadline deadline);

/// The byte that is locked while the vault itself is replaced; Account::lock_byte has the others.
inline constexpr std::int64_t vault_lock_byte = 0;

/// Bytes of the lock file, held: `auth.json.pindus-lock` beside the vault's real file, made where
/// there is none, with the owner of its folder, and never removed by us. Ends with this object and
/// with the process; a child that a plugin forked keeps it only where the process is killed.
class FileLock {
 public:
  /// Waits for all of the bytes, and holds none of them until it has them all: so two who want
  /// several don't wait for each other, and nobody waits for what somebody else only waits for.
  /// `subject` says in a fault what is locked ("the vault"); `notes` hears who holds it where that
  /// takes longer than a second. Faults: vault (after `limit`, naming who holds it where that can
  /// be known; or the file can't be opened or locked); aborted.
  [[nodiscard]] static Result<FileLock> take(const VaultPlace& place,
                                             std::vector<std::int64_t> bytes,
                                             std::string_view subject, const std::stop_token& stop,
                                             std::chrono::milliseconds limit = lock_wait_limit,
                                             VaultNotes* notes = nullptr);
  FileLock(FileLock&& other) noexcept = default;
  FileLock& operator=(FileLock&& other) noexcept = default;
  ~FileLock();

  /// Leaves word of this process in the lock file, for a fault or a notice of whoever waits. For
  /// holds that may last: many that only look would else all wait for a busy disk.
  void say_who_holds() const;

  /// Whether the lock file still has its name. Somebody may have deleted it: then others lock
  /// another file. `place` is the one it was taken at.
  [[nodiscard]] bool is_current(const VaultPlace& place) const;

  /// Whether somebody else holds a byte: also another thread, or this one by another FileLock.
  [[nodiscard]] bool is_held_elsewhere(std::int64_t byte) const;

  /// In rising order, each once.
  [[nodiscard]] const std::vector<std::int64_t>& bytes() const noexcept { return bytes_; }

 private:
  explicit FileLock(FileDescriptor file) : file_(std::move(file)) {}

  /// Takes these or none; the one that somebody else holds, or nothing. The error is an errno.
  [[nodiscard]] std::expected<std::optional<std::int64_t>, int> try_all(
      const std::vector<std::int64_t>& bytes, std::int64_t first);
  void give_back() noexcept;

  FileDescriptor file_;
  std::vector<std::int64_t> bytes_;
};

/// A byte of the lock file that somebody holds now.
struct HeldByte {
  std::int64_t byte = 0;
  pid_t process = 0;        ///< 0: nobody knows who it is
  std::string program;      ///< its name
  bool is_stopped = false;  ///< by Ctrl-Z, or a debugger
};

/// Which of these bytes are held. Waits for nobody and makes nothing; none where there is no lock
/// file, or it can't be read.
[[nodiscard]] std::vector<HeldByte> held_bytes(const VaultPlace& place,
                                               const std::vector<std::int64_t>& bytes);

}  // namespace pindus
