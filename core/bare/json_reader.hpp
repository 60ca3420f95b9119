#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/bare/text.hpp"

namespace pindus::bare {

/// The kinds of value of RFC 8259, section 3.
enum class JsonKind : uint8_t { object, array, string, number, boolean, null };

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

/// The error as the end of a sentence: "the text ends inside a value". A static string.
[[nodiscard]] const char* describe(JsonError error);

/// Where something stands, in bytes from the beginning of the document.
struct Span {
  uint64_t begin = 0;
  uint64_t end = 0;  ///< just behind it

  [[nodiscard]] uint64_t size() const { return end - begin; }
};

/// Reads one JSON document (RFC 8259) from front to back, from memory or from a stream, and says
/// where everything stood. Strict: grammar, UTF-8 and surrogate pairs are checked in all that is
/// passed; a byte order mark is refused; at most 64 objects and arrays may be nested. It allocates
/// nothing, calls nothing but the refill, and keeps no pointer into a chunk across a refill.
///
/// The first error sticks: every function returns false from then on, and `error` and
/// `error_offset` say what and where. So a caller may read on and look once at the end.
///
///     reader.enter_object();
///     while (reader.next_member(name)) {
///       if (name.text() == "kind") reader.read_string(kind);
///     }                                  // a value that wasn't read is skipped
///     if (!reader.finish()) ...          // look at reader.error()
///
/// A reader of a text in memory may be copied: the copy is a bookmark to go back to. One thread at
/// a time.
class JsonReader {
 public:
  static constexpr unsigned max_depth = 64;

  /// Gives the next bytes: sets `*chunk` to them (any alignment, valid until the next call) and
  /// returns how many there are; 0 at the end of the document, negative on failure.
  using Refill = ptrdiff_t (*)(void* context, const char** chunk);

  /// A document that lies in memory; `document` must outlive the reader.
  explicit JsonReader(Text document)
      : chunk_(document.data), cursor_(document.data), end_(document.data + document.size) {}

  /// A document that comes in pieces. `refill` is first called when the first value is asked for,
  /// and never again once it returned 0 or less.
  JsonReader(Refill refill, void* context) : refill_(refill), context_(context) {}

  /// The kind of the value that comes next, told by its first byte (so a "number" may still turn
  /// out to be none); false if no value can come here.
  [[nodiscard]] bool peek(JsonKind& kind);

  /// Steps into the object that comes next. Another kind of value is the error not_of_this_kind;
  /// the same holds for enter_array and the read functions below.
  bool enter_object();

  /// Steps to the object's next member: afterwards its value comes next. The name is decoded and
  /// replaces what `name` held; look at its `overflow`. False at the end of the object, which is
  /// then left behind like any other value, and on error. A value left unread is skipped first.
  bool next_member(TextBuffer& name);

  bool enter_array();
  /// The same for an array's elements.
  bool next_element();

  /// Passes the value that comes next, whatever it is, checking all of it.
  bool skip_value();

  /// The same, and appends its bytes to `out` as they are, less the blanks between its tokens: so
  /// an object that was stored on many lines becomes one line.
  bool copy_value(TextBuffer& out);

  /// Decodes a string into `out` (appended; UTF-8; may contain NUL). The decoded text is never
  /// longer than the string's span.
  bool read_string(TextBuffer& out);

  /// The bytes of a number as they stand (appended); see parse_integer.
  bool read_number(TextBuffer& out);

  bool read_boolean(bool& value);

  /// True if the one value of the document has been read and nothing but blanks follow.
  bool finish();

  /// Where the value stood that was passed last: by skip, copy or read, or, where next_member or
  /// next_element returned false without an error, the whole object or array that ended.
  [[nodiscard]] Span value_span() const { return value_; }

  /// Where the name of the member stood to which next_member stepped last, its quotes included.
  [[nodiscard]] Span name_span() const { return name_; }

  /// How far the document has been read; all before it is checked.
  [[nodiscard]] uint64_t offset() const {
    return chunk_offset_ + static_cast<uint64_t>(cursor_ - chunk_);
  }

  [[nodiscard]] JsonError error() const { return error_; }
  /// The byte at which the document went wrong (its size where it ended too early).
  [[nodiscard]] uint64_t error_offset() const { return error_offset_; }

 private:
  enum class Expect : uint8_t { value, first, separator, nothing };

  bool fail(JsonError error);
  bool next_chunk();
  bool at_byte();
  bool skip_blanks();
  bool begin_value();
  void end_value();
  bool enter(JsonKind kind);
  bool next_item(char close);
  bool pass_value(TextBuffer* copy);
  bool pass_container(TextBuffer* copy);
  bool pass_string(TextBuffer* out, bool decode);
  bool pass_escape(TextBuffer* out, bool decode);
  bool pass_hex4(uint32_t& unit, TextBuffer* out, bool decode);
  bool pass_utf8(TextBuffer* out);
  bool pass_number(TextBuffer* out);
  bool pass_digits(TextBuffer* out);
  bool pass_word(const char* word, TextBuffer* out);
  bool take(TextBuffer* out);

  const char* chunk_ = nullptr;
  const char* cursor_ = nullptr;
  const char* end_ = nullptr;
  uint64_t chunk_offset_ = 0;
  Refill refill_ = nullptr;
  void* context_ = nullptr;
  uint64_t objects_ = 0;  // bit n: whether the container at depth n + 1 is an object
  unsigned depth_ = 0;
  Expect expect_ = Expect::value;
  JsonError error_ = JsonError::none;
  uint64_t error_offset_ = 0;
  Span value_;
  Span name_;
  uint64_t begins_[max_depth];  // where the containers that are open begin
};

/// The integer that a JSON number stands for, a fraction cut off; false where it has an exponent or
/// doesn't fit.
[[nodiscard]] bool parse_integer(Text number, int64_t& value);

}  // namespace pindus::bare
