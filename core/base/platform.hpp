#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/file_descriptor.hpp"

namespace pindus::platform {

/// What is Linux and not POSIX stands here and nowhere else. Any thread.

/// What a try for a lock came to.
enum class LockAttempt { taken, busy };

/// Tries for an exclusive lock on one byte of an open file, held by the open file description: it
/// ends with the last descriptor of that `open`, also when the process is killed, and keeps out
/// threads of this process that opened the file themselves. The error is an errno.
[[nodiscard]] std::expected<LockAttempt, int> try_lock_byte(int descriptor,
                                                            std::int64_t byte) noexcept;

/// Whether something is mounted at exactly this path (a bind mount of one file, say); false where
/// there is nothing at all. A symbolic link is not followed.
[[nodiscard]] bool is_mount_point(const std::filesystem::path& path) noexcept;

/// The access ACL of a path (acl(5)) in the form of the extended attribute that holds it; empty
/// where there is none, or the file system has none. A symbolic link is not followed. The error is
/// an errno.
[[nodiscard]] std::expected<std::string, int> access_acl(const std::filesystem::path& path);

/// Whether this program was started with more rights than its caller has (set-user-id and the
/// like): whatever the caller's environment names would run with them.
[[nodiscard]] bool is_privileged_start() noexcept;

/// While one lives, a crash writes no memory of this process to any file, and no other process of
/// the same user can read it. Afterwards the limits are those that this program was started with.
/// One at a time.
class NoCoreDump {
 public:
  NoCoreDump() noexcept;
  ~NoCoreDump();
  NoCoreDump(const NoCoreDump&) = delete;
  NoCoreDump& operator=(const NoCoreDump&) = delete;
};

/// In a child that is about to execute a program: closes every descriptor but 0, 1 and 2, and gives
/// it the limits that this program was started with. Async-signal-safe.
void leave_nothing_to_child() noexcept;

/// In a user namespace that doesn't map uid 0: who root's files seem to belong to. Else nothing.
[[nodiscard]] std::optional<uid_t> stand_in_for_root();

/// Whether an open file is on a file system that is mounted so that no program there can be run.
[[nodiscard]] bool forbids_programs(int descriptor) noexcept;

/// A file in memory alone that holds `bytes` and that nobody can change any more, closed on exec.
/// /proc and debuggers know it as "memfd:NAME". The error is an errno.
[[nodiscard]] std::expected<FileDescriptor, int> sealed_file(const std::string& name,
                                                             std::string_view bytes);

/// An absolute path by which this process, or a debugger of it, reaches one of its open files for
/// as long as that is open. Throws std::filesystem::filesystem_error without /proc.
[[nodiscard]] std::filesystem::path path_of_descriptor(int descriptor);

/// The canonical path of the running program's file. Throws std::filesystem::filesystem_error where
/// the system doesn't tell.
[[nodiscard]] std::filesystem::path this_program();

}  // namespace pindus::platform
