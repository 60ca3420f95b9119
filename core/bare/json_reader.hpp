#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/bare/json_scanner.hpp"
#include "core/bare/text.hpp"

namespace pindus::bare {

/// The kinds of value of RFC 8259, section 3.
enum class JsonKind : uint8_t { object, array, string, number, boolean, null };

/// The error as the end of a sentence: "the text ends inside a value". A static string.
[[nodiscard]] const char* describe(JsonError error);

/// Where something stands, in bytes from the beginning of the document.
struct Span {
  uint64_t begin = 0;
  uint64_t end = 0;  ///< just behind it

  [[nodiscard]] uint64_t size() const { return end - begin; }
};

/// Reads one JSON document (RFC 8259) from front to back, from memory or from a stream, and says
/// where everything stood. Strict: grammar and UTF-8 are checked in all that is passed, and at most
/// 64 objects and arrays may be nested; with two exceptions, since other programs write them: a
/// byte order mark before the document is skipped, and an escape that stands for nothing (half of a
/// surrogate pair, an unknown letter) is an error only in a string that is read. It allocates
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

  /// Gives the next bytes of a document; see JsonScanner.
  using Refill = JsonScanner::Refill;

  /// A document that lies in memory; `document` must outlive the reader.
  explicit JsonReader(Text document) : scanner_(document) {}

  /// A document that comes in pieces. `refill` is first called when the first value is asked for,
  /// and never again once it returned 0 or less.
  JsonReader(Refill refill, void* context) : scanner_(refill, context) {}

  /// The kind of the value that comes next, told by its first byte (so a "number" may still turn
  /// out to be none); false if no value can come here.
  [[nodiscard]] bool peek(JsonKind& kind);

  /// Steps into the object that comes next. Another kind of value is the error not_of_this_kind;
  /// the same holds for enter_array and the read functions below.
  bool enter_object();

  /// Steps to the object's next member: afterwards its value comes next. The name is decoded and
  /// replaces what `name` held; look at its `overflow`. A name with an escape that stands for
  /// nothing gets bytes there that aren't UTF-8, others for each such name. False at the end of the
  /// object, which is then left behind like any other value, and on error. A value left unread is
  /// skipped first.
  bool next_member(TextBuffer& name);

  bool enter_array();
  /// The same for an array's elements.
  bool next_element();

  /// Passes the value that comes next, whatever it is, checking all of it.
  bool skip_value();

  /// The same, and appends its bytes to `out` as they are, less the blanks between its tokens: so
  /// an object that was stored on many lines becomes one line.
  bool copy_value(TextBuffer& out);

  /// Decodes a string into `out` (appended; UTF-8; may contain NUL); an escape that stands for
  /// nothing is the error lone_surrogate or invalid_escape. The decoded text is never
  /// longer than the string's span.
  bool read_string(TextBuffer& out);

  /// The bytes of a number as they stand (appended); see parse_integer.
  bool read_number(TextBuffer& out);

  bool read_boolean(bool& value);

  /// True if the one value of the document has been read and nothing but blanks follow. A value
  /// that nobody began to read is skipped, so that `finish` alone checks a document.
  bool finish();

  /// Where the value stood that was passed last: by skip, copy or read, or, where next_member or
  /// next_element returned false without an error, the whole object or array that ended.
  [[nodiscard]] Span value_span() const { return value_; }

  /// Where the name of the member stood to which next_member stepped last, its quotes included.
  [[nodiscard]] Span name_span() const { return name_; }

  /// How far the document has been read; all before it is checked.
  [[nodiscard]] uint64_t offset() const { return scanner_.offset_of(scanner_.cursor()); }

  /// What a stricter reader would say about the first escape that stands for nothing and was
  /// passed, and where that is; `none` where there was none.
  [[nodiscard]] JsonError odd_escape() const { return scanner_.odd_escape(); }
  [[nodiscard]] uint64_t odd_escape_offset() const { return scanner_.odd_escape_offset(); }

  [[nodiscard]] JsonError error() const { return scanner_.error(); }
  /// The byte at which the document went wrong (its size where it ended too early).
  [[nodiscard]] uint64_t error_offset() const { return scanner_.error_offset(); }

 private:
  enum class Expect : uint8_t { document, value, first, separator, nothing };

  const char* begin_value();
  bool end_value(const char* p);
  bool enter(char bracket);
  bool next_item(char bracket);
  template <typename Output>
  bool pass_value(Output out);
  template <typename Output>
  const char* pass_any(const char* p, Output out);

  JsonScanner scanner_;
  uint64_t objects_ = 0;  // whether the open containers are objects, the innermost in bit 0
  unsigned depth_ = 0;
  Expect expect_ = Expect::document;
  Span value_;
  Span name_;
  uint64_t begins_[max_depth];  // where the open containers begin
};

/// What next_member makes of a name that stands, with its quotes, in `quoted` (appended); the name
/// is one that a reader has passed.
void decode_name(Text quoted, TextBuffer& name);

/// The integer that a JSON number stands for, a fraction cut off; false where it has an exponent or
/// doesn't fit. Of anything else than a number it makes anything.
[[nodiscard]] bool parse_integer(Text number, int64_t& value);

}  // namespace pindus::bare
