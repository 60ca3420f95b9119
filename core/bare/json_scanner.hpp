#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/bare/block.hpp"
#include "core/bare/json_bytes.hpp"
#include "core/bare/text.hpp"

namespace pindus::bare {

/// Why a document was refused.
enum class JsonError : uint8_t {
  none,
  read_failed,        ///< the refill said that it failed
  unexpected_end,     ///< the text ends inside a value
  unexpected_byte,    ///< what stands here can't stand here
  too_deep,           ///< more than 64 objects and arrays inside each other
  control_in_string,  ///< an unescaped control character in a string
  invalid_escape,     ///< a backslash followed by what it can't be followed by
  lone_surrogate,     ///< \uD800 to \uDFFF that isn't half of a pair
  invalid_utf8,       ///< a string isn't UTF-8 (RFC 3629)
  invalid_number,     ///< a number against section 6
  bytes_after_value,  ///< something follows the document
  not_of_this_kind,   ///< the caller asked for another kind of value than stands here
};

/// The tokens of JSON (RFC 8259), read from memory or from a stream: what JsonReader is made of.
///
/// The cursor travels through the functions as an argument and a result, so that it can stay in a
/// register; null says that the document is in error. `Output` is one of the three above.
class JsonScanner {
 public:
  /// Gives the next bytes: sets `*chunk` to them (any alignment, valid until the next call) and
  /// returns how many there are; 0 at the end of the document, negative on failure.
  using Refill = ptrdiff_t (*)(void* context, const char** chunk);

  explicit JsonScanner(Text document)
      : chunk_(document.data), cursor_(document.data), end_(document.data + document.size) {}
  JsonScanner(Refill refill, void* context) : refill_(refill), context_(context) {}

  /// Where the reader stopped last.
  [[nodiscard]] const char* cursor() const { return cursor_; }
  void set_cursor(const char* p) { cursor_ = p; }
  [[nodiscard]] uint64_t offset_of(const char* p) const {
    return chunk_offset_ + static_cast<uint64_t>(p - chunk_);
  }

  [[nodiscard]] JsonError error() const { return error_; }
  [[nodiscard]] uint64_t error_offset() const { return error_offset_; }
  /// Notes an error, unless there was one before; gives null.
  const char* fail(const char* at, JsonError error);

  /// The next byte that is no blank; there must be one.
  const char* skip_blanks(const char* p);
  /// True if nothing but blanks is left.
  bool at_end(const char* p);

  /// A member's name and the colon; gives the value's first byte.
  template <typename Output>
  const char* pass_name(const char* p, Output out);
  /// The colon behind a name.
  template <typename Output>
  const char* pass_colon(const char* p, Output out);
  /// A string, number, true, false or null.
  template <typename Output>
  const char* pass_scalar(const char* p, Output out);
  /// A string, `p` at its opening quote.
  template <typename Output>
  const char* pass_string(const char* p, Output out);
  /// A number; it can end the document, so that behind it there may be no byte.
  template <typename Output>
  const char* pass_number(const char* p, Output out);
  template <typename Output>
  const char* pass_word(const char* p, Text word, Output out);

 private:
  const char* fail_at(uint64_t offset, JsonError error);
  const char* next_chunk();
  const char* need_byte(const char* p);
  template <typename Output>
  const char* pass_escape(const char* p, Output out);
  const char* pass_hex4(const char* p, char* digits, uint32_t& unit);
  template <typename Output>
  const char* pass_utf8(const char* p, Output out);
  template <typename Output>
  const char* pass_digits(const char* p, Output out);

  const char* chunk_ = nullptr;
  const char* cursor_ = nullptr;
  const char* end_ = nullptr;
  uint64_t chunk_offset_ = 0;
  Refill refill_ = nullptr;
  void* context_ = nullptr;
  JsonError error_ = JsonError::none;
  uint64_t error_offset_ = 0;
};

inline const char* JsonScanner::fail_at(uint64_t offset, JsonError error) {
  if (error_ == JsonError::none) {
    error_ = error;
    error_offset_ = offset;
  }
  return nullptr;
}

inline const char* JsonScanner::fail(const char* at, JsonError error) {
  cursor_ = at;
  return fail_at(offset_of(at), error);
}

// To be called at the end of a chunk. Null at the end of the document, without an error.
inline const char* JsonScanner::next_chunk() {
  chunk_offset_ += distance(chunk_, end_);
  chunk_ = cursor_ = end_;
  if (refill_ == nullptr) return nullptr;
  const char* chunk = nullptr;
  const ptrdiff_t size = refill_(context_, &chunk);
  if (size <= 0) {
    refill_ = nullptr;
    return size < 0 ? fail(end_, JsonError::read_failed) : nullptr;
  }
  chunk_ = cursor_ = chunk;
  end_ = chunk + size;
  return chunk;
}

// The cursor, where a byte stands at it.
inline const char* JsonScanner::need_byte(const char* p) {
  if (p != end_) [[likely]] {
    return p;
  }
  p = next_chunk();
  return p != nullptr ? p : fail(end_, JsonError::unexpected_end);
}

// The next byte that is no blank; there must be one.
inline const char* JsonScanner::skip_blanks(const char* p) {
  for (;;) {
    if (p != end_ && byte_at(p) > ' ') return p;
    while (distance(p, end_) >= Block::size) {
      const size_t blanks = Block(p).first_nonblank();
      p += blanks;
      if (blanks < Block::size) return p;
    }
    while (p != end_ && is_blank(*p)) ++p;
    if (p != end_) return p;
    p = need_byte(p);
    if (p == nullptr) return nullptr;
  }
}

inline bool JsonScanner::at_end(const char* p) {
  for (;;) {
    while (p != end_ && is_blank(*p)) ++p;
    if (p != end_) {
      fail(p, JsonError::bytes_after_value);
      return false;
    }
    p = next_chunk();
    if (p == nullptr) return error_ == JsonError::none;
  }
}

// A member's name and the colon; the result is the value's first byte.
template <typename Output>
inline const char* JsonScanner::pass_name(const char* p, Output out) {
  if (*p != '"') return fail(p, JsonError::unexpected_byte);
  p = pass_string(p, out);
  return p == nullptr ? nullptr : pass_colon(p, out);
}

template <typename Output>
inline const char* JsonScanner::pass_colon(const char* p, Output out) {
  p = skip_blanks(p);
  if (p == nullptr) return nullptr;
  if (*p != ':') return fail(p, JsonError::unexpected_byte);
  out.token(Text(p, 1));
  return skip_blanks(p + 1);
}

template <typename Output>
inline const char* JsonScanner::pass_scalar(const char* p, Output out) {
  switch (*p) {
    case '"': return pass_string(p, out);
    case 't': return pass_word(p, "true", out);
    case 'f': return pass_word(p, "false", out);
    case 'n': return pass_word(p, "null", out);
    default: return pass_number(p, out);
  }
}

// `p` stands at the opening quote.
template <typename Output>
inline const char* JsonScanner::pass_string(const char* p, Output out) {
  out.token(Text(p, 1));
  ++p;
  for (;;) {
    const char* run = p;
    while (distance(p, end_) >= Block::size) {
      const size_t plain = Block(p).first_special();
      p += plain;
      if (plain < Block::size) break;
    }
    while (p != end_ && *p != '"' && *p != '\\' && *p >= ' ' && byte_at(p) < 0x80) ++p;
    out.content(Text(run, distance(run, p)));
    p = need_byte(p);
    if (p == nullptr) return nullptr;
    if (*p == '"') {
      out.token(Text(p, 1));
      return p + 1;
    }
    if (*p == '\\') {
      p = pass_escape(p, out);
    } else if (byte_at(p) >= 0x80) {
      p = pass_utf8(p, out);
    } else if (byte_at(p) < ' ') {
      return fail(p, JsonError::control_in_string);
    }
    if (p == nullptr) return nullptr;
  }
}

// One character beyond ASCII (RFC 3629, section 4: no overlong forms, no surrogates).
template <typename Output>
const char* JsonScanner::pass_utf8(const char* p, Output out) {
  const uint64_t begin = offset_of(p);
  const unsigned char lead = byte_at(p);
  char bytes[4] = {*p};
  size_t size = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) {
    size = 2;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    size = 3;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    size = 4;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
  } else {
    return fail(p, JsonError::invalid_utf8);
  }
  for (size_t i = 1; i < size; ++i) {
    p = need_byte(p + 1);
    if (p == nullptr) return nullptr;
    if (byte_at(p) < low || byte_at(p) > high) return fail_at(begin, JsonError::invalid_utf8);
    bytes[i] = *p;
    low = 0x80;
    high = 0xbf;
  }
  out.content(Text(bytes, size));
  return p + 1;
}

// The four digits behind \u, the cursor at the u.
inline const char* JsonScanner::pass_hex4(const char* p, char* digits, uint32_t& unit) {
  unit = 0;
  for (int i = 0; i < 4; ++i) {
    p = need_byte(p + 1);
    if (p == nullptr) return nullptr;
    digits[i] = *p;
    const char letter = static_cast<char>(*p | 0x20);
    if (is_digit(*p)) {
      unit = unit << 4 | static_cast<uint32_t>(*p - '0');
    } else if (letter >= 'a' && letter <= 'f') {
      unit = unit << 4 | static_cast<uint32_t>(letter - 'a' + 10);
    } else {
      return fail(p, JsonError::invalid_escape);
    }
  }
  return p + 1;
}

// An escape sequence (RFC 8259, section 7), the cursor at its backslash.
template <typename Output>
const char* JsonScanner::pass_escape(const char* p, Output out) {
  const uint64_t begin = offset_of(p);
  p = need_byte(p + 1);
  if (p == nullptr) return nullptr;
  if (*p != 'u') {
    static constexpr char names[] = "\"\\/bfnrt";
    static constexpr char meanings[] = "\"\\/\b\f\n\r\t";
    for (size_t i = 0; i < sizeof names - 1; ++i) {
      if (*p != names[i]) continue;
      const char raw[] = {'\\', *p};
      out.token(Text(raw, sizeof raw));
      out.decoded(Text(&meanings[i], 1));
      return p + 1;
    }
    return fail_at(begin, JsonError::invalid_escape);
  }
  char raw[12] = {'\\', 'u'};
  size_t raw_size = 6;
  uint32_t point = 0;
  p = pass_hex4(p, raw + 2, point);
  if (p == nullptr) return nullptr;
  if (point >= 0xd800 && point <= 0xdfff) {
    if (point >= 0xdc00) return fail_at(begin, JsonError::lone_surrogate);
    p = need_byte(p);
    if (p == nullptr) return nullptr;
    if (*p != '\\') return fail_at(begin, JsonError::lone_surrogate);
    p = need_byte(p + 1);
    if (p == nullptr) return nullptr;
    if (*p != 'u') return fail_at(begin, JsonError::lone_surrogate);
    uint32_t low = 0;
    raw[6] = '\\';
    raw[7] = 'u';
    p = pass_hex4(p, raw + 8, low);
    if (p == nullptr) return nullptr;
    if (low < 0xdc00 || low > 0xdfff) return fail_at(begin, JsonError::lone_surrogate);
    point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    raw_size = sizeof raw;
  }
  char utf8[4];
  out.token(Text(raw, raw_size));
  out.decoded(Text(utf8, encode_utf8(point, utf8)));
  return p;
}

template <typename Output>
inline const char* JsonScanner::pass_word(const char* p, Text word, Output out) {
  if (distance(p, end_) >= word.size) [[likely]] {
    if (memcmp(p, word.data, word.size) != 0) return fail(p, JsonError::unexpected_byte);
    p += word.size;
  } else {
    for (size_t i = 0; i < word.size; ++i, ++p) {
      p = need_byte(p);
      if (p == nullptr) return nullptr;
      if (*p != word.data[i]) return fail(p, JsonError::unexpected_byte);
    }
  }
  out.token(word);
  return p;
}

// The digits at `p`, of which there must be one; there may be no byte behind them.
template <typename Output>
const char* JsonScanner::pass_digits(const char* p, Output out) {
  p = need_byte(p);
  if (p == nullptr) return nullptr;
  if (!is_digit(*p)) return fail(p, JsonError::invalid_number);
  for (;;) {
    const char* run = p;
    while (p != end_ && is_digit(*p)) ++p;
    out.token(Text(run, distance(run, p)));
    if (p != end_) return p;
    p = next_chunk();
    if (p == nullptr) return error_ == JsonError::none ? end_ : nullptr;
  }
}

// RFC 8259, section 6. A number can end the document, so behind it there may be no byte.
template <typename Output>
const char* JsonScanner::pass_number(const char* p, Output out) {
  if (*p != '-' && !is_digit(*p)) return fail(p, JsonError::unexpected_byte);
  if (*p == '-') {
    out.token(Text(p, 1));
    p = need_byte(p + 1);
    if (p == nullptr) return nullptr;
  }
  if (*p == '0') {
    out.token(Text(p, 1));
    ++p;
    if (p == end_) p = next_chunk();
    if (p == nullptr) return error_ == JsonError::none ? end_ : nullptr;
  } else {
    p = pass_digits(p, out);
    if (p == nullptr || p == end_) return p;
  }
  if (*p == '.') {
    out.token(Text(p, 1));
    p = pass_digits(p + 1, out);
    if (p == nullptr || p == end_) return p;
  }
  if (*p == 'e' || *p == 'E') {
    out.token(Text(p, 1));
    p = need_byte(p + 1);
    if (p == nullptr) return nullptr;
    if (*p == '+' || *p == '-') {
      out.token(Text(p, 1));
      ++p;
    }
    p = pass_digits(p, out);
  }
  return p;
}

}  // namespace pindus::bare
