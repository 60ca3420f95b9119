#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/fault.hpp"
#include "core/base/file_descriptor.hpp"

namespace pindus {

/// Where a vault's file really is: a symbolic link is followed, so that whoever reaches the file by
/// another way meets the same lock and the same replacement. The folder is held open: it stays that
/// folder whatever is renamed or mounted meanwhile.
struct VaultPlace {
  std::filesystem::path file;  ///< for messages
  FileDescriptor folder;
  std::string name;  ///< in the folder

  /// The place that this link or file leads to; the file itself may be missing. Faults: vault.
  [[nodiscard]] static Result<VaultPlace> find(const std::filesystem::path& link);

  /// The name of the lock file beside it: another one than `auth.json.lock`, which is a directory
  /// in the protocol of other programs (LockDirectory).
  [[nodiscard]] std::string lock_name() const { return name + ".pindus-lock"; }

  /// `name_in_folder` as a message names it.
  [[nodiscard]] std::filesystem::path beside(const std::string& name_in_folder) const {
    return file.parent_path() / name_in_folder;
  }

  /// The state of a file in the folder, a link not followed; nothing where there is none. Faults:
  /// vault.
  [[nodiscard]] Result<std::optional<struct stat>> look_at(const std::string& name_in_folder) const;

  /// Finds, without doing it, what would make a replacement of the file fail or give it to somebody
  /// else. Faults: vault.
  [[nodiscard]] Result<void> check_replaceable() const;
};

/// The names of all that is in the folder; none where it can't be listed.
[[nodiscard]] std::vector<std::string> names_in(const VaultPlace& place);

}  // namespace pindus
