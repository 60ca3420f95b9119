#include "tests/vault/odd_disk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

pindus::test::OddDisk pindus::test::odd_disk;

using pindus::test::odd_disk;
using pindus::test::OddDisk;

// These take the place of the C library's in this program.
extern "C" int fchmod(int file, mode_t mode) noexcept {
  if (odd_disk.modes == OddDisk::Modes::refused) {
    errno = EPERM;
    return -1;
  }
  if (odd_disk.modes == OddDisk::Modes::ignored) return 0;
  return static_cast<int>(::syscall(SYS_fchmod, file, mode));
}

extern "C" int fstat(int file, struct stat* status) noexcept {
  const int result = ::fstatat(file, "", status, AT_EMPTY_PATH);
  if (result == 0 && odd_disk.modes != OddDisk::Modes::kept) status->st_mode |= 0777;
  return result;
}

extern "C" int fsync(int file) {
  struct stat status = {};
  if (odd_disk.folder_sync_error != 0 && ::fstatat(file, "", &status, AT_EMPTY_PATH) == 0 &&
      S_ISDIR(status.st_mode)) {
    errno = odd_disk.folder_sync_error;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fsync, file));
}
