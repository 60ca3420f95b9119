#include "library/place_memory.hpp"

namespace pindus::library {

namespace {

// What is read at once is no slower than what has to be looked up.
constexpr off_t large = off_t{64} * 1024;
// The coarsest clock of a file system.
constexpr int64_t settled_ms = 2000;

// FNV-1a of the id in lower case. Should two providers have the same, the one isn't found where the
// other stands, and the whole file is read.
uint64_t fingerprint(bare::Text provider) {
  uint64_t hash = 0xcbf29ce484222325;
  for (size_t i = 0; i < provider.size; ++i) {
    const char c = provider.data[i];
    const bool is_upper = c >= 'A' && c <= 'Z';
    hash ^= static_cast<unsigned char>(is_upper ? c | 0x20 : c);
    hash *= 0x100000001b3;
  }
  return hash;
}

bool is_same(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool is_settled(const timespec& time, int64_t now_ms) {
  return int64_t{time.tv_sec} * 1000 + settled_ms < now_ms;
}

}  // namespace

bool PlaceMemory::find(bare::Text provider, const struct stat& file, uint64_t& place) {
  if (file.st_size < large) return false;
  const uint64_t wanted = fingerprint(provider);
  pthread_mutex_lock(&mutex_);
  const Entry& entry = entries_[wanted % entry_count];
  const bool is_there = entry.provider == wanted && entry.device == file.st_dev &&
                        entry.inode == file.st_ino && entry.size == file.st_size &&
                        is_same(entry.modified, file.st_mtim) &&
                        is_same(entry.changed, file.st_ctim);
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
