#include "tests/fuzz/json_agreement.hpp"

#include <simdjson.h>

#include <cmath>
#include <cstdlib>
#include <vector>

#include "core/bare/json_reader.hpp"
#include "tests/support/random_json.hpp"

namespace pindus::test {

namespace {

using bare::JsonError;
using bare::JsonKind;
using bare::JsonReader;
using bare::Text;
using bare::TextBuffer;
using simdjson::dom::element;
using simdjson::dom::element_type;

Text text(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

// Memory for one decoded text, as large as any in the document.
class Decoded {
 public:
  explicit Decoded(std::size_t document_size) : memory_(document_size + 1, '\0') {}
  TextBuffer& buffer() {
    buffer_ = TextBuffer(memory_.data(), memory_.size());
    return buffer_;
  }
  [[nodiscard]] std::string_view view() const { return {memory_.data(), buffer_.size}; }

 private:
  std::string memory_;
  TextBuffer buffer_;
};

// A stream cut at random places, each piece in memory of exactly its size.
class Pieces {
 public:
  Pieces(std::string_view document, std::uint64_t seed) : rest_(document), dice_(seed) {}

  static ptrdiff_t next(void* self, const char** chunk) {
    auto& pieces = *static_cast<Pieces*>(self);
    const std::size_t limit = pieces.dice_.one_in(3) ? 3 : 200;
    const std::size_t size = std::min(pieces.rest_.size(), 1 + pieces.dice_.roll(limit));
    pieces.piece_ = std::vector<char>(pieces.rest_.begin(),
                                      pieces.rest_.begin() + static_cast<ptrdiff_t>(size));
    pieces.rest_.remove_prefix(size);
    *chunk = pieces.piece_.data();
    return static_cast<ptrdiff_t>(size);
  }

 private:
  std::string_view rest_;
  std::vector<char> piece_;
  Dice dice_;
};

// Whether simdjson refuses this number although it is one.
bool is_out_of_range(const std::string& number) {
  if (number.find_first_of(".eE") != std::string::npos) {
    return !std::isfinite(std::strtod(number.c_str(), nullptr));
  }
  errno = 0;
  if (number[0] == '-') {
    static_cast<void>(std::strtoll(number.c_str(), nullptr, 10));
  } else {
    static_cast<void>(std::strtoull(number.c_str(), nullptr, 10));
  }
  return errno == ERANGE;
}

bool same_number(const std::string& ours, element theirs) {
  switch (theirs.type()) {
    case element_type::INT64: {
      std::int64_t integer = 0;
      const bool whole = bare::parse_integer(text(ours), integer);
      return whole && integer == theirs.get_int64().value();
    }
    case element_type::UINT64:
      return std::strtoull(ours.c_str(), nullptr, 10) == theirs.get_uint64().value();
    case element_type::DOUBLE:
      return std::strtod(ours.c_str(), nullptr) == theirs.get_double().value();
    default: return false;
  }
}

// Reads the value that comes next and compares it with simdjson's, where there is one.
class Walk {
 public:
  Walk(JsonReader& reader, std::size_t document_size) : reader_(reader), decoded_(document_size) {}

  [[nodiscard]] bool saw_out_of_range() const { return saw_out_of_range_; }
  [[nodiscard]] bool differs() const { return differs_; }

  void value(const element* theirs) {
    JsonKind kind{};
    if (!reader_.peek(kind)) return;
    switch (kind) {
      case JsonKind::object: return object(theirs);
      case JsonKind::array: return array(theirs);
      case JsonKind::string:
        if (!reader_.read_string(decoded_.buffer())) return;
        return expect(theirs == nullptr ||
                      (theirs->is_string() && theirs->get_string().value() == decoded_.view()));
      case JsonKind::number: {
        if (!reader_.read_number(decoded_.buffer())) return;
        const std::string number(decoded_.view());
        saw_out_of_range_ |= is_out_of_range(number);
        return expect(theirs == nullptr || same_number(number, *theirs));
      }
      case JsonKind::boolean: {
        bool boolean = false;
        if (!reader_.read_boolean(boolean)) return;
        return expect(theirs == nullptr ||
                      (theirs->is_bool() && theirs->get_bool().value() == boolean));
      }
      case JsonKind::null:
        if (reader_.skip_value()) expect(theirs == nullptr || theirs->is_null());
    }
  }

 private:
  void expect(bool same) { differs_ |= !same; }

  void object(const element* theirs) {
    std::vector<std::pair<std::string_view, element>> members;
    if (theirs != nullptr) {
      if (!theirs->is_object()) return expect(false);
      const simdjson::dom::object fields = theirs->get_object().value();
      for (const auto& field : fields) {
        members.emplace_back(field.key, field.value);
      }
    }
    std::size_t count = 0;
    reader_.enter_object();
    while (!differs_ && reader_.next_member(decoded_.buffer())) {
      if (theirs != nullptr) {
        expect(count < members.size() && members[count].first == decoded_.view());
        if (differs_) return;
      }
      value(theirs == nullptr ? nullptr : &members[count].second);
      ++count;
    }
    expect(theirs == nullptr || count == members.size());
  }

  void array(const element* theirs) {
    std::vector<element> elements;
    if (theirs != nullptr) {
      if (!theirs->is_array()) return expect(false);
      const simdjson::dom::array items = theirs->get_array().value();
      for (const element item : items) elements.push_back(item);
    }
    std::size_t count = 0;
    reader_.enter_array();
    while (!differs_ && reader_.next_element()) {
      expect(theirs == nullptr || count < elements.size());
      if (differs_) return;
      value(theirs == nullptr ? nullptr : &elements[count]);
      ++count;
    }
    expect(theirs == nullptr || count == elements.size());
  }

  JsonReader& reader_;
  Decoded decoded_;
  bool saw_out_of_range_ = false;
  bool differs_ = false;
};

std::string outcome(const JsonReader& reader) {
  return std::string(describe(reader.error())) + " at byte " +
         std::to_string(reader.error_offset());
}

std::string_view without_mark(std::string_view document) {
  return document.starts_with("\xef\xbb\xbf") ? document.substr(3) : document;
}

// The document on one line as we copy it, or why not.
std::string copied(JsonReader reader, std::size_t document_size) {
  Decoded copy(document_size);
  reader.copy_value(copy.buffer());
  return reader.finish() ? std::string(copy.view()) : outcome(reader);
}

}  // namespace

std::optional<std::string> disagreement(std::string_view document, std::uint64_t seed) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(without_mark(document));
  element root;
  const simdjson::error_code error = parser.parse(padded).get(root);

  JsonReader reader(text(document));
  Walk walk(reader, document.size());
  walk.value(error == simdjson::SUCCESS ? &root : nullptr);
  reader.finish();

  JsonReader at_once(text(document));
  at_once.finish();
  // Passed in one go, a string may hold an escape that nobody could read; a name may in both.
  const bool unreadable =
      reader.error() != JsonError::none && at_once.odd_escape() != JsonError::none &&
      at_once.odd_escape_offset() <= reader.error_offset() &&
      (reader.error() == JsonError::lone_surrogate || reader.error() == JsonError::invalid_escape);
  if (outcome(at_once) != outcome(reader) && !unreadable) {
    return "in one go: " + outcome(at_once) + "; value by value: " + outcome(reader);
  }
  const bool is_passed = at_once.error() == JsonError::none;
  const bool is_json = is_passed && at_once.odd_escape() == JsonError::none;
  const std::string copy = copied(JsonReader(text(document)), document.size());
  Pieces pieces(document, seed);
  const std::string stream_copy = copied(JsonReader(&Pieces::next, &pieces), document.size());
  if (stream_copy != copy) return "in memory: " + copy + "; as a stream: " + stream_copy;
  // Far from its end a document is read by other steps than near it.
  const std::string extended = std::string(document) + std::string(100, ' ');
  const std::string extended_copy = copied(JsonReader(text(extended)), extended.size());
  if (at_once.error() != JsonError::unexpected_end && extended_copy != copy) {
    return "as it is: " + copy + "; with blanks behind it: " + extended_copy;
  }
  if (is_passed && copied(JsonReader(text(copy)), copy.size()) != copy) {
    return "a copy of the copy differs: " + copy;
  }

  if (is_json && error != simdjson::SUCCESS && !walk.saw_out_of_range()) {
    return std::string("we read it; simdjson: ") + simdjson::error_message(error);
  }
  if (!is_json && error == simdjson::SUCCESS && at_once.error() != JsonError::too_deep) {
    return "simdjson reads it; we say: " + outcome(at_once);
  }
  if (is_json && walk.differs()) return "a value differs";
  return std::nullopt;
}

}  // namespace pindus::test
