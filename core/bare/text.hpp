#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace pindus::bare {

/// Bytes of somebody else's, borrowed; what std::string_view is where there is a standard library.
struct Text {
  const char* data = nullptr;
  size_t size = 0;

  constexpr Text() = default;
  constexpr Text(const char* bytes, size_t count) : data(bytes), size(count) {}
  /// A C string; null is empty.
  Text(const char* string) : data(string), size(string == nullptr ? 0 : strlen(string)) {}
};

[[nodiscard]] inline bool operator==(Text a, Text b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/// Whether it begins with those bytes.
[[nodiscard]] inline bool starts_with(Text text, Text prefix) {
  return text.size >= prefix.size && Text(text.data, prefix.size) == prefix;
}

/// Whether two texts are the same but for the case of A to Z.
[[nodiscard]] inline bool equal_ignoring_case(Text a, Text b) {
  if (a.size != b.size) return false;
  // Nearly all that differ do so, in their last eight bytes, in more than the bit of the case.
  if (a.size >= 8) {
    uint64_t x = 0;
    uint64_t y = 0;
    memcpy(&x, a.data + a.size - 8, sizeof x);
    memcpy(&y, b.data + b.size - 8, sizeof y);
    if (((x ^ y) & ~uint64_t{0x2020202020202020}) != 0) return false;
  }
  for (size_t i = 0; i < a.size; ++i) {
    const unsigned char difference = static_cast<unsigned char>(a.data[i] ^ b.data[i]);
    if (difference == 0) continue;
    const unsigned char letter = static_cast<unsigned char>(a.data[i] | 0x20);
    if (difference != 0x20 || letter < 'a' || letter > 'z') return false;
  }
  return true;
}

/// Copies the first and the last `width` bytes of `count`, from `width` up to twice that.
template <size_t width>
void copy_ends(char* to, const char* from, size_t count) {
  memcpy(to, from, width);
  memcpy(to + count - width, from + count - width, width);
}

/// What memcpy does; a libc's takes longer to begin than a name takes to be copied.
inline void copy_bytes(char* to, const char* from, size_t count) {
  if (count > 32) {
    memcpy(to, from, count);
  } else if (count >= 16) {
    copy_ends<16>(to, from, count);
  } else if (count >= 8) {
    copy_ends<8>(to, from, count);
  } else if (count >= 4) {
    copy_ends<4>(to, from, count);
  } else if (count >= 2) {
    copy_ends<2>(to, from, count);
  } else if (count == 1) {
    *to = *from;
  }
}

/// Collects text in memory of the caller's. What doesn't fit is dropped and `overflow` says so; a
/// buffer with no memory at all drops everything without that.
struct TextBuffer {
  char* data = nullptr;
  size_t capacity = 0;
  size_t size = 0;
  bool overflow = false;

  TextBuffer() = default;
  TextBuffer(char* memory, size_t bytes) : data(memory), capacity(bytes) {}
  template <size_t N>
  explicit TextBuffer(char (&memory)[N]) : data(memory), capacity(N) {}

  [[nodiscard]] Text text() const { return {data, size}; }

  void clear() {
    size = 0;
    overflow = false;
  }

  /// Appends all of `bytes` or nothing.
  void append(Text bytes) {
    if (data == nullptr || bytes.size == 0) return;
    if (overflow || bytes.size > capacity - size) {
      overflow = true;
      return;
    }
    copy_bytes(data + size, bytes.data, bytes.size);
    size += bytes.size;
  }

  void append(char byte) { append(Text(&byte, 1)); }
};

}  // namespace pindus::bare
