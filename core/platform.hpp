#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>

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

}  // namespace pindus::platform
