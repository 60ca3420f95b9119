#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/bare/text.hpp"

namespace pindus::bare {

// What JsonScanner calls an Output: where the bytes of a value go. `token` gets the bytes as they
// stand, `content` those inside a string that mean themselves, `decoded` what an escape stands for.
// `strict`: an escape that stands for nothing (half of a surrogate pair, an unknown letter) is an
// error. Elsewhere it is passed on as it stands, since other programs read and write such.
struct Drop {
  static constexpr bool strict = false;
  void token(Text) {}
  void content(Text) {}
  void decoded(Text) {}
};

struct CopyTokens {
  static constexpr bool strict = false;
  TextBuffer* buffer;
  void token(Text bytes) { buffer->append(bytes); }
  void content(Text bytes) { buffer->append(bytes); }
  void decoded(Text) {}
};

struct DecodeString {
  static constexpr bool strict = true;
  TextBuffer* buffer;
  void token(Text) {}
  void content(Text bytes) { buffer->append(bytes); }
  void decoded(Text bytes) { buffer->append(bytes); }
};

// What a name says, with bytes that no UTF-8 has for an escape that stands for nothing: so it is
// like no other name, and nobody asks for it.
struct DecodeName : DecodeString {
  static constexpr bool strict = false;
};

inline unsigned char byte_at(const char* p) {
  return static_cast<unsigned char>(*p);
}

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

inline size_t distance(const char* from, const char* to) {
  return static_cast<size_t>(to - from);
}

// What an unknown escape's backslash becomes in a name.
inline constexpr char odd_backslash[] = "ÿ";

inline bool is_first_half(uint32_t unit) {
  return unit >= 0xd800 && unit <= 0xdbff;
}
inline bool is_second_half(uint32_t unit) {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

// UTF-8 of a code point (RFC 3629, section 3), or of half of a surrogate pair in the same way.
inline size_t encode_utf8(uint32_t point, char* out) {
  const auto tail = [](uint32_t bits) { return static_cast<char>(0x80 | (bits & 0x3f)); };
  if (point < 0x80) {
    out[0] = static_cast<char>(point);
    return 1;
  }
  if (point < 0x800) {
    out[0] = static_cast<char>(0xc0 | point >> 6);
    out[1] = tail(point);
    return 2;
  }
  if (point < 0x10000) {
    out[0] = static_cast<char>(0xe0 | point >> 12);
    out[1] = tail(point >> 6);
    out[2] = tail(point);
    return 3;
  }
  out[0] = static_cast<char>(0xf0 | point >> 18);
  out[1] = tail(point >> 12);
  out[2] = tail(point >> 6);
  out[3] = tail(point);
  return 4;
}

}  // namespace pindus::bare
