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
  void set_chunk(const char* bytes, size_t size);
  const char* need_byte(const char* p);
  const char* skip_many_blanks(const char* p);
  template <typename Output>
  const char* pass_long_string(const char* p, Output out);
  template <typename Output>
  const char* pass_odd_string(const char* p, Output out);
  template <typename Output>
  const char* pass_escape(const char* p, Output out);
  const char* pass_hex4(const char* p, char* digits, uint32_t& unit);
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
  uint64_t error_offset_ = 0;
};

inline void JsonScanner::set_chunk(const char* bytes, size_t size) {
  chunk_ = bytes;
  end_ = bytes + size;
  room_end_ = size > room ? end_ - room : bytes;
}

}  // namespace pindus::bare
