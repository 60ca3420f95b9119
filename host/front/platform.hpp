#pragma once

#include <errno.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <unistd.h>

namespace pindus::front {

// All that the front asks of Linux and POSIX doesn't have.

/// The path of this program's file, not terminated; its size, or 0 with `errno` set.
inline size_t executable_path(char* path, size_t capacity) {
  const ssize_t size = readlink("/proc/self/exe", path, capacity);
  if (size < 0) return 0;
  if (static_cast<size_t>(size) == capacity) {
    errno = ENAMETOOLONG;
    return 0;
  }
  return static_cast<size_t>(size);
}

/// Whether this program runs with rights that its caller doesn't have.
inline bool has_foreign_rights() {
  return getauxval(AT_SECURE) != 0;
}

}  // namespace pindus::front
