#pragma once

// What JsonScanner's functions do. They are templates, and the reader, which is made of them, is to
// have them inline: only json_reader.cpp includes this.

#include "core/bare/block.hpp"
#include "core/bare/json_bytes.hpp"
#include "core/bare/json_escapes.hpp"
#include "core/bare/json_scanner.hpp"

namespace pindus::bare {

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
  cursor_ = chunk;
  set_chunk(chunk, static_cast<size_t>(size));
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

[[gnu::always_inline]] inline const char* JsonScanner::skip_blanks(const char* p) {
  if (p < room_end_) [[likely]] {
    if (byte_at(p) > ' ') return p;
    if (*p == '\n') {
      // Indentation. Counted in steps a processor predicts it and goes on with what follows; the
      // result of a vector comparison it must wait for.
      const char* next = p + 1;
      if (memcmp(next, "    ", 4) == 0) {
        next += 4;
        if (memcmp(next, "    ", 4) == 0) next += 4;
      }
      if (memcmp(next, "  ", 2) == 0) next += 2;
      if (byte_at(next) > ' ') return next;
    } else if (*p == ' ' && byte_at(p + 1) > ' ') {
      return p + 1;
    }
  }
  return skip_many_blanks(p);
}

[[gnu::noinline]] inline const char* JsonScanner::skip_many_blanks(const char* p) {
  for (;;) {
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
[[gnu::always_inline]] inline const char* JsonScanner::pass_name(const char* p, Output out) {
  if (*p != '"') return fail(p, JsonError::unexpected_byte);
  p = pass_string(p, out);
  return p == nullptr ? nullptr : pass_colon(p, out);
}

template <typename Output>
[[gnu::always_inline]] inline const char* JsonScanner::pass_colon(const char* p, Output out) {
  if (p < room_end_ && memcmp(p, ": ", 2) == 0 && byte_at(p + 2) > ' ') [[likely]] {
    out.token(Text(p, 1));
    return p + 2;
  }
  p = skip_blanks(p);
  if (p == nullptr) return nullptr;
  if (*p != ':') return fail(p, JsonError::unexpected_byte);
  out.token(Text(p, 1));
  return skip_blanks(p + 1);
}

template <typename Output>
[[gnu::always_inline]] inline const char* JsonScanner::pass_scalar(const char* p, Output out) {
  switch (*p) {
    case '"': return pass_string(p, out);
    case 't': return pass_word(p, "true", out);
    case 'f': return pass_word(p, "false", out);
    case 'n': return pass_word(p, "null", out);
    default: return pass_number(p, out);
  }
}

// Most strings are short and plain.
template <typename Output>
[[gnu::always_inline]] inline const char* JsonScanner::pass_string(const char* p, Output out) {
  out.token(Text(p, 1));
  ++p;
  if (p < room_end_) [[likely]] {
    const size_t plain = by_jump(Block(p).first_special());
    if (p[plain] == '"') {
      out.content(Text(p, plain));
      out.token(Text(p + plain, 1));
      return p + plain + 1;
    }
  }
  return pass_long_string(p, out);
}

// The rest of a string. This function calls none, so that it has no registers to save.
template <typename Output>
[[gnu::noinline]] const char* JsonScanner::pass_long_string(const char* p, Output out) {
  const char* begin = p;
  while (p < room_end_) {
    const size_t plain = Block::first_special_of_four(p);
    p += plain;
    if (plain == 4 * Block::size) continue;
    if (*p != '"') break;
    out.content(Text(begin, distance(begin, p)));
    out.token(Text(p, 1));
    return p + 1;
  }
  return pass_odd_string(begin, out);
}

// The rest of a string, whatever it holds.
template <typename Output>
[[gnu::noinline]] const char* JsonScanner::pass_odd_string(const char* p, Output out) {
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

// A mark has three bytes, and half of one is none.
inline const char* JsonScanner::skip_mark(const char* p) {
  static constexpr char mark[] = "\xef\xbb\xbf";
  p = need_byte(p);
  if (p == nullptr || *p != mark[0]) return p;
  const uint64_t begin = offset_of(p);
  for (size_t i = 0; i < sizeof mark - 1; ++i, ++p) {
    p = need_byte(p);
    if (p == nullptr) return nullptr;
    if (*p != mark[i]) return fail_at(begin, JsonError::unexpected_byte);
  }
  return p;
}

template <typename Output>
inline const char* JsonScanner::pass_word(const char* p, Text word, Output out) {
  if (distance(p, end_) >= word.size) [[likely]] {
    if (memcmp(p, word.data, word.size) != 0) return fail(p, JsonError::unexpected_byte);
    p += word.size;
  } else {
    const uint64_t begin = offset_of(p);
    for (size_t i = 0; i < word.size; ++i, ++p) {
      p = need_byte(p);
      if (p == nullptr) return nullptr;
      if (*p != word.data[i]) return fail_at(begin, JsonError::unexpected_byte);
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
    if (p < room_end_) p += Block(p).first_nondigit();
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
