#include "library/place_memory.hpp"

#include "core/bare/profile_file.hpp"
#include "core/base/fingerprint.hpp"

namespace pindus::library {

namespace {

// What is read at once is no slower than what has to be looked up.
constexpr off_t large = off_t{64} * 1024;
// A file that is written twice within one tick of its file system's clock may look the same. That
// is the kernel's tick where fractions of a second are kept, and up to two seconds where they
// aren't.
constexpr int64_t tick_ms = 20;
constexpr int64_t coarse_tick_ms = 2000;

// Of the id in lower case. Should two providers have the same, the one isn't found where the other
// stands, and the whole file is read.
uint64_t fingerprint(bare::Text provider) {
  Fingerprint id;
  for (size_t i = 0; i < provider.size; ++i) {
    const char c = provider.data[i];
    const bool is_upper = c >= 'A' && c <= 'Z';
    id.add(is_upper ? static_cast<char>(c | 0x20) : c);
  }
  return id.value();
}

bool is_settled(const timespec& time, int64_t now_ms) {
  const int64_t tick = time.tv_nsec != 0 ? tick_ms : coarse_tick_ms;
  return int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000 + tick < now_ms;
}

}  // namespace

bool PlaceMemory::find(bare::Text provider, const struct stat& file, uint64_t& place) {
  if (file.st_size < large) return false;
  const uint64_t wanted = fingerprint(provider);
  pthread_mutex_lock(&mutex_);
  const Entry& entry = entries_[wanted % entry_count];
  const bool is_there = entry.provider == wanted && entry.device == file.st_dev &&
                        entry.inode == file.st_ino && entry.size == file.st_size &&
                        bare::is_same_time(entry.modified, file.st_mtim) &&
                        bare::is_same_time(entry.changed, file.st_ctim);
  if (is_there) place = entry.place;
  pthread_mutex_unlock(&mutex_);
  return is_there;
}

void PlaceMemory::note(bare::Text provider, const struct stat& file, int64_t now_ms,
                       uint64_t place) {
  if (file.st_size < large) return;
  if (!is_settled(file.st_mtim, now_ms) || !is_settled(file.st_ctim, now_ms)) return;
  const uint64_t which = fingerprint(provider);
  pthread_mutex_lock(&mutex_);
  Entry& entry = entries_[which % entry_count];
  entry.provider = which;
  entry.place = place;
  entry.device = file.st_dev;
  entry.inode = file.st_ino;
  entry.size = file.st_size;
  entry.modified = file.st_mtim;
  entry.changed = file.st_ctim;
  pthread_mutex_unlock(&mutex_);
}

}  // namespace pindus::library
