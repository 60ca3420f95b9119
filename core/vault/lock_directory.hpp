#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "core/base/fault.hpp"
#include "core/vault/vault_notes.hpp"
#include "core/vault/vault_place.hpp"

namespace pindus {

/// The lock of other programs for the same file: `auth.json.lock`, a directory beside it that
/// whoever makes it holds, and that counts as left over when it is older than 30 s (the protocol of
/// the npm package proper-lockfile). We wait for theirs, and hold one for the last look at the
/// vault and the rename: made earlier it would be one more thing for the fsync of the replacement
/// to write. It also parts two mounts of one folder, of sshfs say, that have no byte locks in
/// common.
class LockDirectory {
 public:
  /// A foreign one that is older, or that didn't change for as long as that, is nobody's.
  static constexpr std::chrono::milliseconds stale_after{30'000};
  /// Ours are held for less than a millisecond, and whoever takes one has our own lock already.
  /// Such a one is told by its sticky bit.
  static constexpr std::chrono::milliseconds ours_stale_after{2'000};

  /// Waits for it; the caller holds the vault's byte of our own lock. Holds nothing where such a
  /// directory can't be made (a full disk, another thing of that name): a courtesy to others isn't
  /// worth a fault. `notes` hears of a foreign one that is waited for longer than a second. Faults:
  /// vault (after `limit`); aborted.
  [[nodiscard]] static Result<LockDirectory> take(const VaultPlace& place,
                                                  const std::stop_token& stop,
                                                  std::chrono::milliseconds limit,
                                                  VaultNotes* notes = nullptr);
  LockDirectory(LockDirectory&& other) noexcept;
  LockDirectory& operator=(LockDirectory&& other) = delete;
  ~LockDirectory();

 private:
  explicit LockDirectory(const VaultPlace& place) : place_(&place) {}

  /// Tells one from another that was made in its place later.
  using Identity = std::pair<ino_t, std::chrono::nanoseconds>;
  [[nodiscard]] static Identity identity(const struct stat& status);
  class Watch;

  const VaultPlace* place_;
  std::optional<Identity> held_;
};

}  // namespace pindus
