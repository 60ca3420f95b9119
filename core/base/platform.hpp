#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// Ends a lock that `try_lock_byte` took, also where a child process has a copy of the descriptor.
void unlock_byte(int descriptor, std::int64_t byte) noexcept;

/// Whether somebody has locked the byte through another `open` than this descriptor's. The error is
/// an errno.
[[nodiscard]] std::expected<bool, int> is_locked_elsewhere(int descriptor,
                                                           std::int64_t byte) noexcept;

/// What everybody may know of a process.
struct RunningProcess {
  std::string program;      ///< its name, as the kernel cuts it (15 bytes)
  bool is_stopped = false;  ///< by Ctrl-Z, or a debugger
};

/// The process of that number; nothing where there is none, or it has ended.
[[nodiscard]] std::optional<RunningProcess> find_process(pid_t number);

/// Takes that much of the disk for the file without a change of what it holds or of its size. The
/// error is an errno; EOPNOTSUPP where the file system can't.
[[nodiscard]] std::expected<void, int> reserve_space(int descriptor, std::size_t bytes) noexcept;

/// A folder for openat and its kin: also for fsync where it may be read, else at least for those.
/// Not open where that fails; errno says why.
[[nodiscard]] FileDescriptor open_folder(const std::filesystem::path& path) noexcept;

/// Whether something is mounted at exactly that name in the folder (a bind mount of one file, say);
/// false where there is nothing at all. A symbolic link is not followed.
[[nodiscard]] bool is_mount_point(int folder, const std::string& name) noexcept;

/// The access ACL of a path (acl(5)) in the form of the extended attribute that holds it; empty
/// where there is none, or the file system has none. A symbolic link is not followed. The error is
/// an errno.
[[nodiscard]] std::expected<std::string, int> access_acl(const std::filesystem::path& path);

/// Gives an open file that ACL. The error is an errno.
[[nodiscard]] std::expected<void, int> set_access_acl(int descriptor,
                                                      const std::string& acl) noexcept;

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

/// In a child that is about to execute a program: takes back what this one does with signals,
/// closes every descriptor but 0, 1 and 2, and gives it the limits that this program was started
/// with. Async-signal-safe.
void leave_nothing_to_child() noexcept;

/// In a user namespace that doesn't map uid 0: who root's files seem to belong to. Else nothing.
[[nodiscard]] std::optional<uid_t> stand_in_for_root();

/// Whether an open file is on a file system that is mounted so that no program there can be run.
[[nodiscard]] bool forbids_programs(int descriptor) noexcept;

/// A copy of an open file that is in memory alone and that nobody can change any more, closed on
/// exec. /proc and debuggers know it as "memfd:NAME". The error is an errno.
[[nodiscard]] std::expected<FileDescriptor, int> sealed_copy(const std::string& name,
                                                             int descriptor);

/// An absolute path by which this process, or a debugger of it, reaches one of its open files for
/// as long as that is open. Throws std::filesystem::filesystem_error without /proc.
[[nodiscard]] std::filesystem::path path_of_descriptor(int descriptor);

/// Whether a file's owner is only the number that stands for all users whom this user namespace
/// doesn't know, and so nobody to whom a file could be given.
[[nodiscard]] bool is_nobody_here(uid_t owner);

/// The canonical path of the running program's file. Throws std::filesystem::filesystem_error where
/// the system doesn't tell.
[[nodiscard]] std::filesystem::path this_program();

/// The canonical path of the file that this code is in: a shared object, else that program. Throws
/// as this_program.
[[nodiscard]] std::filesystem::path this_module();

/// A descriptor that can be read when something happens to a file in a folder that add_folder was
/// told: it is written, made, renamed or removed. The errors are errnos.
[[nodiscard]] std::expected<FileDescriptor, int> make_folder_watch() noexcept;
[[nodiscard]] std::expected<void, int> add_folder(int watch,
                                                  const std::filesystem::path& folder) noexcept;

/// Takes what happened, without waiting: the names of those files in their folders, one that stands
/// for all where too much has happened being empty.
[[nodiscard]] std::vector<std::string> take_changed_names(int watch);

}  // namespace pindus::platform
