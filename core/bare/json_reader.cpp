#include "core/bare/json_reader.hpp"

#include "core/bare/json_tokens.hpp"

namespace pindus::bare {

const char* describe(JsonError error) {
  switch (error) {
    case JsonError::none: return "nothing is wrong";
    case JsonError::read_failed: return "the text can't be read";
    case JsonError::unexpected_end: return "the text ends inside a value";
    case JsonError::unexpected_byte: return "there is something that can't stand here";
    case JsonError::too_deep: return "it is nested over 64 levels deep";
    case JsonError::control_in_string: return "a string holds an unescaped control character";
    case JsonError::invalid_escape: return "a string holds an unknown escape";
    case JsonError::lone_surrogate: return "a string holds half of a surrogate pair";
    case JsonError::invalid_utf8: return "a string isn't UTF-8";
    case JsonError::invalid_number: return "a number isn't well-formed";
    case JsonError::bytes_after_value: return "something follows the document";
    case JsonError::not_of_this_kind: return "a value is of another type than it must be";
  }
  return "";
}

inline const char* JsonReader::begin_value() {
  const char* p = scanner_.cursor();
  if (error() != JsonError::none) return nullptr;
  if (expect_ == Expect::document) {
    p = scanner_.skip_mark(p);
    if (p == nullptr) return nullptr;
    expect_ = Expect::value;
  }
  if (expect_ != Expect::value) return scanner_.fail(p, JsonError::not_of_this_kind);
  p = scanner_.skip_blanks(p);
  if (p == nullptr) return nullptr;
  scanner_.set_cursor(p);
  value_.begin = scanner_.offset_of(p);
  return p;
}

inline bool JsonReader::end_value(const char* p) {
  if (p == nullptr) return false;
  scanner_.set_cursor(p);
  value_.end = scanner_.offset_of(p);
  expect_ = depth_ == 0 ? Expect::nothing : Expect::separator;
  return true;
}

bool JsonReader::peek(JsonKind& kind) {
  const char* p = begin_value();
  if (p == nullptr) return false;
  switch (*p) {
    case '{': kind = JsonKind::object; return true;
    case '[': kind = JsonKind::array; return true;
    case '"': kind = JsonKind::string; return true;
    case 't':
    case 'f': kind = JsonKind::boolean; return true;
    case 'n': kind = JsonKind::null; return true;
    default: break;
  }
  if (*p == '-' || is_digit(*p)) {
    kind = JsonKind::number;
    return true;
  }
  return scanner_.fail(p, JsonError::unexpected_byte) != nullptr;
}

bool JsonReader::enter(char bracket) {
  const char* p = begin_value();
  if (p == nullptr) return false;
  if (*p != bracket) return scanner_.fail(p, JsonError::not_of_this_kind) != nullptr;
  if (depth_ == max_depth) return scanner_.fail(p, JsonError::too_deep) != nullptr;
  begins_[depth_++] = value_.begin;
  objects_ = objects_ << 1 | (bracket == '{' ? 1U : 0U);
  scanner_.set_cursor(p + 1);
  expect_ = Expect::first;
  return true;
}

bool JsonReader::enter_object() {
  return enter('{');
}
bool JsonReader::enter_array() {
  return enter('[');
}

// Steps to the next member or element of the innermost container, which `bracket` opened.
inline bool JsonReader::next_item(char bracket) {
  if (expect_ == Expect::value && depth_ != 0 && !skip_value()) return false;
  if (error() != JsonError::none) return false;
  const bool object = bracket == '{';
  const char* p = scanner_.cursor();
  if (depth_ == 0 || (objects_ & 1) != (object ? 1U : 0U)) {
    return scanner_.fail(p, JsonError::not_of_this_kind) != nullptr;
  }
  p = scanner_.skip_blanks(p);
  if (p == nullptr) return false;
  if (*p == (object ? '}' : ']')) {
    value_.begin = begins_[--depth_];
    objects_ >>= 1;
    end_value(p + 1);
    return false;
  }
  if (expect_ == Expect::separator) {
    if (*p != ',') return scanner_.fail(p, JsonError::unexpected_byte) != nullptr;
    ++p;
  }
  scanner_.set_cursor(p);
  expect_ = Expect::value;
  return true;
}

bool JsonReader::next_element() {
  return next_item('[');
}

bool JsonReader::next_member(TextBuffer& name) {
  name.clear();
  if (!next_item('{')) return false;
  const char* p = scanner_.skip_blanks(scanner_.cursor());
  if (p == nullptr) return false;
  name_.begin = scanner_.offset_of(p);
  if (*p != '"') return scanner_.fail(p, JsonError::unexpected_byte) != nullptr;
  p = scanner_.pass_string(p, DecodeName{{&name}});
  if (p == nullptr) return false;
  name_.end = scanner_.offset_of(p);
  p = scanner_.pass_colon(p, Drop());
  if (p == nullptr) return false;
  scanner_.set_cursor(p);
  return true;
}

bool JsonReader::skip_value() {
  return pass_value(Drop());
}
bool JsonReader::copy_value(TextBuffer& out) {
  return pass_value(CopyTokens{&out});
}

template <typename Output>
bool JsonReader::pass_value(Output out) {
  const char* p = begin_value();
  return p != nullptr && end_value(pass_any(p, out));
}

// The value at `p`, with all that it contains.
template <typename Output>
const char* JsonReader::pass_any(const char* p, Output out) {
  const unsigned outside = depth_;
  unsigned depth = outside;
  uint64_t objects = objects_;
  for (;;) {
    if (*p != '"' && (*p == '{' || *p == '[')) {
      if (depth == max_depth) return scanner_.fail(p, JsonError::too_deep);
      ++depth;
      objects = objects << 1 | (*p == '{' ? 1U : 0U);
      out.token(Text(p, 1));
      p = scanner_.skip_blanks(p + 1);
      if (p == nullptr) return nullptr;
      if ((objects & 1) == 0 && *p != ']') continue;
      if ((objects & 1) != 0 && *p != '}') {
        p = scanner_.pass_name(p, out);
        if (p == nullptr) return nullptr;
        continue;
      }
    } else {
      p = scanner_.pass_scalar(p, out);
      if (p == nullptr || depth == outside) return p;
      p = scanner_.skip_blanks(p);
      if (p == nullptr) return nullptr;
    }
    while (*p != ',') {
      if (*p != ((objects & 1) != 0 ? '}' : ']'))
        return scanner_.fail(p, JsonError::unexpected_byte);
      out.token(Text(p, 1));
      ++p;
      objects >>= 1;
      if (--depth == outside) return p;
      p = scanner_.skip_blanks(p);
      if (p == nullptr) return nullptr;
    }
    out.token(Text(p, 1));
    p = scanner_.skip_blanks(p + 1);
    if (p != nullptr && (objects & 1) != 0) p = scanner_.pass_name(p, out);
    if (p == nullptr) return nullptr;
  }
}

bool JsonReader::read_string(TextBuffer& out) {
  const char* p = begin_value();
  if (p == nullptr) return false;
  if (*p != '"') return scanner_.fail(p, JsonError::not_of_this_kind) != nullptr;
  return end_value(scanner_.pass_string(p, DecodeString{&out}));
}

bool JsonReader::read_number(TextBuffer& out) {
  const char* p = begin_value();
  if (p == nullptr) return false;
  if (*p != '-' && !is_digit(*p)) return scanner_.fail(p, JsonError::not_of_this_kind) != nullptr;
  return end_value(scanner_.pass_number(p, CopyTokens{&out}));
}

bool JsonReader::read_boolean(bool& value) {
  const char* p = begin_value();
  if (p == nullptr) return false;
  if (*p != 't' && *p != 'f') return scanner_.fail(p, JsonError::not_of_this_kind) != nullptr;
  const bool is_true = *p == 't';
  if (!end_value(scanner_.pass_word(p, is_true ? "true" : "false", Drop()))) return false;
  value = is_true;
  return true;
}

bool JsonReader::finish() {
  const bool unread = expect_ == Expect::document || expect_ == Expect::value;
  if (depth_ == 0 && unread && !skip_value()) return false;
  return error() == JsonError::none && expect_ == Expect::nothing &&
         scanner_.at_end(scanner_.cursor());
}

void decode_name(Text quoted, TextBuffer& name) {
  JsonScanner scanner(quoted);
  scanner.pass_string(quoted.data, DecodeName{{&name}});
}

bool parse_integer(Text number, int64_t& value) {
  const char* p = number.data;
  const char* end = p + number.size;
  const bool negative = p != end && *p == '-';
  if (negative) ++p;
  int64_t result = 0;
  for (; p != end && is_digit(*p); ++p) {
    const int digit = *p - '0';
    if (__builtin_mul_overflow(result, int64_t{10}, &result) ||
        __builtin_sub_overflow(result, int64_t{digit}, &result)) {
      return false;
    }
  }
  for (; p != end; ++p) {
    if (*p == 'e' || *p == 'E') return false;
  }
  if (!negative && __builtin_sub_overflow(int64_t{0}, result, &result)) return false;
  value = result;
  return true;
}

}  // namespace pindus::bare
