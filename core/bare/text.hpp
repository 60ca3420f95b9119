#pragma once

#include <stddef.h>
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

/// Whether two texts are the same but for the case of A to Z.
[[nodiscard]] inline bool equal_ignoring_case(Text a, Text b) {
  if (a.size != b.size) return false;
  for (size_t i = 0; i < a.size; ++i) {
    const unsigned char difference = static_cast<unsigned char>(a.data[i] ^ b.data[i]);
    if (difference == 0) continue;
    const unsigned char letter = static_cast<unsigned char>(a.data[i] | 0x20);
    if (difference != 0x20 || letter < 'a' || letter > 'z') return false;
  }
  return true;
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
    memcpy(data + size, bytes.data, bytes.size);
    size += bytes.size;
  }

  void append(char byte) { append(Text(&byte, 1)); }
};

}  // namespace pindus::bare
