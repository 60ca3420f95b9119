#pragma once

// What JsonScanner does with escapes in strings: a part of json_tokens.hpp.

#include "core/bare/json_bytes.hpp"
#include "core/bare/json_scanner.hpp"

namespace pindus::bare {

// The digits of \u, the cursor at the u: all four, or those before what is none. Gives the byte
// behind them.
inline const char* JsonScanner::pass_hex(const char* p, UnicodeEscape& escape) {
  while (!escape.is_complete()) {
    p = need_byte(p + 1);
    if (p == nullptr) return nullptr;
    const char letter = static_cast<char>(*p | 0x20);
    if (!is_digit(*p) && (letter < 'a' || letter > 'f')) return p;
    const int digit = is_digit(*p) ? *p - '0' : letter - 'a' + 10;
    escape.unit = escape.unit << 4 | static_cast<uint32_t>(digit);
    escape.raw[escape.size++] = *p;
  }
  return p + 1;
}

// An escape that stands for nothing, found at `at`: false where that is an error.
template <typename Output>
bool JsonScanner::take_odd(uint64_t at, JsonError error, Output) {
  if (Output::strict) return fail_at(at, error) != nullptr;
  if (odd_escape_ == JsonError::none) {
    odd_escape_ = error;
    odd_escape_offset_ = at;
  }
  return true;
}

template <typename Output>
bool JsonScanner::take_half(const UnicodeEscape& half, Output out) {
  if (!take_odd(half.begin, JsonError::lone_surrogate, out)) return false;
  char bytes[4];
  out.token(half.text());
  out.decoded(Text(bytes, encode_utf8(half.unit, bytes)));
  return true;
}

// A backslash and one letter, the cursor at the letter.
template <typename Output>
const char* JsonScanner::pass_short_escape(const char* p, uint64_t begin, Output out) {
  static constexpr char names[] = "\"\\/bfnrt";
  static constexpr char meanings[] = "\"\\/\b\f\n\r\t";
  for (size_t i = 0; i < sizeof names - 1; ++i) {
    if (*p != names[i]) continue;
    const char raw[] = {'\\', *p};
    out.token(Text(raw, sizeof raw));
    out.decoded(Text(&meanings[i], 1));
    return p + 1;
  }
  if (!take_odd(begin, JsonError::invalid_escape, out)) return nullptr;
  out.token("\\");
  out.decoded(odd_backslash);
  return p;
}

// An escape sequence (RFC 8259, section 7), the cursor at its backslash; behind half of a surrogate
// pair the next one as well.
template <typename Output>
const char* JsonScanner::pass_escape(const char* p, Output out) {
  UnicodeEscape half;
  for (;;) {
    UnicodeEscape escape(offset_of(p));
    p = need_byte(p + 1);
    if (p == nullptr) return nullptr;
    const bool unicode = *p == 'u';
    if (unicode) p = pass_hex(p, escape);
    if (p == nullptr) return nullptr;
    const bool whole = escape.is_complete();
    uint32_t point = escape.unit;
    if (half.unit != 0 && whole && is_second_half(point)) {
      point = 0x10000 + ((half.unit - 0xd800) << 10) + (point - 0xdc00);
      out.token(half.text());
    } else if (half.unit != 0 && !take_half(half, out)) {
      return nullptr;
    }
    if (!unicode) return pass_short_escape(p, escape.begin, out);
    if (!whole) {
      if (!take_odd(offset_of(p), JsonError::invalid_escape, out)) return nullptr;
      out.token(escape.text());
      out.decoded(odd_backslash);
      out.decoded(escape.behind(1));
      return p;
    }
    if (is_first_half(point)) {
      p = need_byte(p);
      if (p == nullptr) return nullptr;
      if (*p == '\\') {
        half = escape;
        continue;
      }
    }
    if (is_first_half(point) || is_second_half(point)) return take_half(escape, out) ? p : nullptr;
    char utf8[4];
    out.token(escape.text());
    out.decoded(Text(utf8, encode_utf8(point, utf8)));
    return p;
  }
}

}  // namespace pindus::bare
