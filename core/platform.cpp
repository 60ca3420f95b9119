#include "core/platform.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace pindus::platform {

std::expected<LockAttempt, int> try_lock_byte(int descriptor, std::int64_t byte) noexcept {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  while (fcntl(descriptor, F_OFD_SETLK, &lock) != 0) {
    if (errno == EAGAIN || errno == EACCES) return LockAttempt::busy;
    if (errno != EINTR) return std::unexpected(errno);
  }
  return LockAttempt::taken;
}

bool is_mount_point(const std::filesystem::path& path) noexcept {
  struct statx status = {};
  if (statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &status) !=
      0) {
    return false;
  }
  return (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

}  // namespace pindus::platform
