#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/bare/block.hpp"
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
/// register; null says that the document is in error. `Output` is one of those in json_bytes.hpp.
class JsonScanner {
 public:
  /// Gives the next bytes: sets `*chunk` to them (any alignment, valid until the next call) and
  /// returns how many there are; 0 at the end of the document, negative on failure.
  using Refill = ptrdiff_t (*)(void* context, const char** chunk);

  explicit JsonScanner(Text document) : cursor_(document.data) {
    set_chunk(document.data, document.size);
  }
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

  /// The first escape that was passed and that no strict Output would take (see json_bytes.hpp): as
  /// what error, and where; `none` where there was none.
  [[nodiscard]] JsonError odd_escape() const { return odd_escape_; }
  [[nodiscard]] uint64_t odd_escape_offset() const { return odd_escape_offset_; }

  /// The document's first byte, or the one behind its byte order mark (RFC 8259, section 8.1).
  const char* skip_mark(const char* p);
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
  // An escape of the form \u0000, or the beginning of one.
  struct UnicodeEscape {
    uint64_t begin = 0;
    uint32_t unit = 0;
    size_t size = 2;
    char raw[6] = {'\\', 'u'};

    UnicodeEscape() = default;
    explicit UnicodeEscape(uint64_t offset) : begin(offset) {}
    [[nodiscard]] bool is_complete() const { return size == sizeof raw; }
    [[nodiscard]] Text text() const { return behind(0); }
    // The rest behind `count` bytes, at most two.
    [[nodiscard]] Text behind(size_t count) const {
      if (size < 2 || size > sizeof raw) __builtin_unreachable();  // the compiler can't see it
      return {raw + count, size - count};
    }
  };

  const char* fail_at(uint64_t offset, JsonError error);
  const char* next_chunk();
  void set_chunk(const char* bytes, size_t size);
  const char* need_byte(const char* p);
  const char* skip_many_blanks(const char* p);
  template <typename Output>
  const char* pass_long_string(const char* p, Output out);
  template <typename Output>
  const char* pass_odd_string(const char* p, Output out);
  template <typename Output>
  const char* pass_escape(const char* p, Output out);
  template <typename Output>
  const char* pass_short_escape(const char* p, uint64_t begin, Output out);
  const char* pass_hex(const char* p, UnicodeEscape& escape);
  template <typename Output>
  bool take_odd(uint64_t at, JsonError error, Output out);
  template <typename Output>
  bool take_half(const UnicodeEscape& half, Output out);
  template <typename Output>
  const char* pass_utf8(const char* p, Output out);
  template <typename Output>
  const char* pass_digits(const char* p, Output out);

  static constexpr size_t room = 4 * Block::size;

  const char* chunk_ = nullptr;
  const char* cursor_ = nullptr;
  const char* end_ = nullptr;
  const char* room_end_ = nullptr;  // before it more than `room` bytes can be read
  uint64_t chunk_offset_ = 0;
  Refill refill_ = nullptr;
  void* context_ = nullptr;
  JsonError error_ = JsonError::none;
  JsonError odd_escape_ = JsonError::none;
  uint64_t error_offset_ = 0;
  uint64_t odd_escape_offset_ = 0;
};

inline void JsonScanner::set_chunk(const char* bytes, size_t size) {
  chunk_ = bytes;
  end_ = bytes + size;
  room_end_ = size > room ? end_ - room : bytes;
}

}  // namespace pindus::bare
