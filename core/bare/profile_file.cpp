#include "core/bare/profile_file.hpp"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

namespace pindus::bare {

namespace {

constexpr uint64_t max_file = uint64_t{64} * 1024 * 1024;

}  // namespace

bool ProfileFile::open(Text folder, Text name) {
  char memory[PATH_MAX];
  TextBuffer path(memory);
  path.append(folder);
  path.append('/');
  path.append(name);
  path.append('\0');
  errno = 0;
  if (path.overflow) return false;
  // Where open has a libc make sure of O_CLOEXEC by another call, openat takes the kernel's word.
  // Not waiting matters where somebody put a FIFO in its place.
  file_ = openat(AT_FDCWD, memory, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file_ < 0) return false;
  return fstat(file_, &opened_) == 0 && S_ISREG(opened_.st_mode) &&
         static_cast<uint64_t>(opened_.st_size) <= max_file;
}

bool ProfileFile::begin_at_member(uint64_t offset) {
  begins_at_member_ = lseek(file_, static_cast<off_t>(offset), SEEK_SET) >= 0;
  return begins_at_member_;
}

ptrdiff_t ProfileFile::refill(void* self, const char** bytes) {
  auto* file = static_cast<ProfileFile*>(self);
  if (file->begins_at_member_) {
    file->begins_at_member_ = false;
    *bytes = "{";
    return 1;
  }
  ssize_t size = 0;
  do {
    size = read(file->file_, file->chunk_, file->chunk_size_);
  } while (size < 0 && errno == EINTR);
  *bytes = file->chunk_;
  if (size > 0) {
    file->size_read_ += static_cast<uint64_t>(size);
    if (static_cast<size_t>(size) > file->filled_) file->filled_ = static_cast<size_t>(size);
  }
  return file->size_read_ <= max_file ? size : -1;
}

bool ProfileFile::is_unchanged() const {
  struct stat now;
  return fstat(file_, &now) == 0 && now.st_size == opened_.st_size &&
         is_same_time(now.st_mtim, opened_.st_mtim) && is_same_time(now.st_ctim, opened_.st_ctim);
}

void ProfileFile::close() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
  explicit_bzero(chunk_, filled_);
  filled_ = 0;
}

}  // namespace pindus::bare
