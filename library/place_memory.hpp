#pragma once

#include <pthread.h>
#include <stdint.h>
#include <sys/stat.h>

#include "core/bare/text.hpp"

namespace pindus::library {

/// Remembers where in a large vault's file a provider stands, so that the file needn't be read from
/// its beginning for each key; holds nothing of what stands there. True of a file for as long as
/// that is the same by what fstat says. Any thread.
class PlaceMemory {
 public:
  PlaceMemory() { pthread_mutex_init(&mutex_, nullptr); }
  PlaceMemory(const PlaceMemory&) = delete;
  PlaceMemory& operator=(const PlaceMemory&) = delete;
  ~PlaceMemory() { pthread_mutex_destroy(&mutex_); }

  /// False where nobody knows it.
  [[nodiscard]] bool find(bare::Text provider, const struct stat& file, uint64_t& place);

  /// `now_ms` is when the file was read: one that was changed just before may be changed once more
  /// without a difference that could be seen.
  void note(bare::Text provider, const struct stat& file, int64_t now_ms, uint64_t place);

 private:
  struct Entry {
    uint64_t provider = 0;  // its fingerprint
    uint64_t place = 0;
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    timespec modified = {};
    timespec changed = {};
  };
  static constexpr uint64_t entry_count = 64;

  pthread_mutex_t mutex_;
  Entry entries_[entry_count];
};

}  // namespace pindus::library
