#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "core/bare/text.hpp"

namespace pindus::bare {

[[nodiscard]] inline bool is_same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/// A file of the profile, read in pieces into memory of the caller's. Not closed by itself: the
/// front ends anyway. One thread at a time.
class ProfileFile {
 public:
  /// `chunk` must outlive the object; 64 KiB serve best.
  ProfileFile(char* chunk, size_t chunk_size) : chunk_(chunk), chunk_size_(chunk_size) {}

  /// Opens a regular file of at most 64 MiB in that folder; false where that is for somebody who
  /// knows more to explain, with `errno` set where it couldn't be opened, and zero else.
  [[nodiscard]] bool open(Text folder, Text name);

  /// What fstat said when it was opened.
  [[nodiscard]] const struct stat& state() const { return opened_; }

  /// Reads on from there, as if a document began with that member: for whoever knows where in the
  /// file's outermost object it stands. Before anything is read; false where that can't be.
  [[nodiscard]] bool begin_at_member(uint64_t offset);

  /// A JsonReader's refill; `self` is a ProfileFile that is open.
  static ptrdiff_t refill(void* self, const char** bytes);

  /// Whether nobody wrote into the file since it was opened: other programs do so in its place, and
  /// what was read might be half of one key and half of another, even where it was read in one go.
  [[nodiscard]] bool is_unchanged() const;

  /// Closes it, and overwrites what was read.
  void close();

 private:
  char* chunk_;
  size_t chunk_size_;
  int file_ = -1;
  bool begins_at_member_ = false;
  struct stat opened_ = {};
  uint64_t size_read_ = 0;
  size_t filled_ = 0;
};

}  // namespace pindus::bare
