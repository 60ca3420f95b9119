#pragma once

#include <sys/types.h>

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/fault.hpp"
#include "core/base/file_descriptor.hpp"

namespace pindus {

/// Makes a file that wasn't there, open for reading and writing, mode 0600 whatever the umask: as
/// far as the file system keeps modes, which whoever cares looks at afterwards. `name` is in
/// `folder`, or absolute. The error is an errno; EEXIST where it was.
[[nodiscard]] std::expected<FileDescriptor, int> make_private_file(int folder,
                                                                   const std::string& name);

/// Makes a directory and those above it that are missing, mode 0700 whatever the umask, each with
/// the owner of its parent. One that is there stays as it is. Faults: vault.
[[nodiscard]] Result<void> make_private_directory(const std::filesystem::path& path);

/// Makes `text` all that a file holds, on the disk itself. The error is an errno.
[[nodiscard]] std::expected<void, int> write_whole(int file, std::string_view text);

/// Gives a file to a user, and to a group where that is permitted. The error is an errno.
[[nodiscard]] std::expected<void, int> give_to(uid_t owner, gid_t group, int file);

/// What root makes in somebody's directory is theirs (`sudo -E`); for anybody else it is so anyway.
/// `file` was just made in `directory`. It stays ours where this user namespace
/// has no number for the directory's owner. The error is an errno.
[[nodiscard]] std::expected<void, int> give_to_owner_of(int directory, int file);

}  // namespace pindus
