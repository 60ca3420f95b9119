#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/json_pieces.hpp"

using pindus::bare::JsonError;
using pindus::bare::JsonKind;
using pindus::bare::JsonReader;
using pindus::bare::Span;
using pindus::bare::Text;
using pindus::bare::TextBuffer;
using pindus::test::compacted;
using pindus::test::Pieces;
using pindus::test::text;

namespace {

std::string_view at(std::string_view document, Span span) {
  return document.substr(span.begin, span.size());
}

// All that a reader says about a value, on lines.
void describe_value(JsonReader& reader, std::string& log) {
  JsonKind kind{};
  if (!reader.peek(kind)) return;
  std::string memory(4096, '\0');
  TextBuffer buffer(memory.data(), memory.size());
  bool boolean = false;
  switch (kind) {
    case JsonKind::object:
      reader.enter_object();
      while (reader.next_member(buffer)) {
        log += "name " + memory.substr(0, buffer.size) + " " +
               std::to_string(reader.name_span().begin) + "-" +
               std::to_string(reader.name_span().end) + "\n";
        describe_value(reader, log);
      }
      break;
    case JsonKind::array:
      reader.enter_array();
      while (reader.next_element()) describe_value(reader, log);
      break;
    case JsonKind::string: reader.read_string(buffer); break;
    case JsonKind::number: reader.read_number(buffer); break;
    case JsonKind::boolean: reader.read_boolean(boolean); break;
    case JsonKind::null: reader.skip_value(); break;
  }
  if (reader.error() != JsonError::none) return;
  log += std::to_string(static_cast<int>(kind)) + " " + memory.substr(0, buffer.size) +
         (boolean ? "true" : "") + " " + std::to_string(reader.value_span().begin) + "-" +
         std::to_string(reader.value_span().end) + "\n";
}

std::string describe_document(JsonReader reader) {
  std::string log;
  describe_value(reader, log);
  reader.finish();
  return log + describe(reader.error()) + " " + std::to_string(reader.error_offset());
}

JsonError error_of(std::string_view document) {
  JsonReader reader(text(document));
  reader.finish();
  return reader.error();
}

uint64_t error_offset_of(std::string_view document) {
  JsonReader reader(text(document));
  reader.finish();
  return reader.error_offset();
}

constexpr std::string_view everything = R"( {
  "plain and longer than sixteen bytes": "value",
  "n\u0061me \ud83d\ude00": ["\"\\\/\b\f\n\r\t", "gr)"
                                        "\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x94\x91"
                                        R"(", ""],
  "numbers": [0, -0, 12, -3.25, 6e7, 8.5E-12, 1E+2, 0.0],
  "words": [true, false, null], "empty": [{}, [ ], [[]], {"": {}}]
} )";

}  // namespace

TEST_CASE("a document cut anywhere reads the same") {
  const std::string whole = describe_document(JsonReader(text(everything)));
  const std::string compact = compacted(JsonReader(text(everything)));
  REQUIRE(whole.ends_with("nothing is wrong 0"));
  for (size_t first = 0; first <= everything.size(); ++first) {
    for (size_t second = first; second <= everything.size(); second += 1 + (second - first) / 8) {
      Pieces pieces(everything, {first, second});
      CHECK(describe_document(JsonReader(&Pieces::next, &pieces)) == whole);
    }
    Pieces pieces(everything, {first});
    CHECK(compacted(JsonReader(&Pieces::next, &pieces)) == compact);
  }
}

TEST_CASE("strings and indentation of every length read the same at every distance from the end") {
  for (size_t length = 0; length <= 150; ++length) {
    const std::string string(length, 'x');
    const std::string document = "{\"" + string + "\":\n" + std::string(length, ' ') + "\"" +
                                 string + "\",\"n\": 1" + std::string(length, '2') + "}";
    const std::string expected = "{\"" + string + "\":\"" + string + "\",\"n\":1" +
                                 std::string(length, '2') + "}nothing is wrong0";
    for (size_t blanks = 0; blanks <= 100; ++blanks) {
      const std::string extended = document + std::string(blanks, ' ');
      if (compacted(JsonReader(text(extended))) != expected) {
        FAIL("length " << length << ", " << blanks << " blanks behind");
      }
    }
  }
}

TEST_CASE("a document that ends too early is refused at its end, however it comes") {
  const size_t last = everything.rfind('}');
  for (size_t size = 0; size <= last; ++size) {
    const std::string_view part = everything.substr(0, size);
    JsonReader reader(text(part));
    CHECK_FALSE(reader.finish());
    CHECK(reader.error() == JsonError::unexpected_end);
    CHECK(reader.error_offset() == size);
    Pieces pieces(part, {size / 2});
    CHECK(describe_document(JsonReader(&Pieces::next, &pieces)) ==
          describe_document(JsonReader(text(part))));
  }
}

TEST_CASE("a copied value is the stored one without blanks between its tokens") {
  CHECK(compacted(JsonReader(text("{ \"a\" : [ 1 , \"b c\\u0041\" ]\n,\t\"d\":{ } }\r\n"))) ==
        R"({"a":[1,"b c\u0041"],"d":{}}nothing is wrong0)");
}

TEST_CASE("spans cover exactly the names and values") {
  constexpr std::string_view document = R"({ "one" : {"a": 1 } , "two":  "x" })";
  JsonReader reader(text(document));
  char memory[8];
  TextBuffer name(memory);
  REQUIRE(reader.enter_object());
  REQUIRE(reader.next_member(name));
  CHECK(at(document, reader.name_span()) == "\"one\"");
  REQUIRE(reader.enter_object());
  REQUIRE(reader.next_member(name));
  REQUIRE_FALSE(reader.next_member(name));
  CHECK(at(document, reader.value_span()) == R"({"a": 1 })");
  REQUIRE(reader.next_member(name));
  REQUIRE(reader.skip_value());
  CHECK(at(document, reader.value_span()) == "\"x\"");
  REQUIRE_FALSE(reader.next_member(name));
  CHECK(at(document, reader.value_span()) == document);
  CHECK(reader.finish());
}

TEST_CASE("a copy of a reader of memory is a bookmark") {
  constexpr std::string_view document = R"(["first", "second"])";
  JsonReader reader(text(document));
  REQUIRE(reader.enter_array());
  REQUIRE(reader.next_element());
  JsonReader bookmark = reader;
  REQUIRE(reader.skip_value());
  std::string value(reader.value_span().size(), '\0');
  TextBuffer buffer(value.data(), value.size());
  REQUIRE(bookmark.read_string(buffer));
  CHECK(value.substr(0, buffer.size) == "first");
}

TEST_CASE("a value that the caller leaves is checked and skipped") {
  JsonReader reader(text(R"({"a": {"deep": [1, 2]}, "b": 3})"));
  char memory[4];
  TextBuffer name(memory);
  REQUIRE(reader.enter_object());
  REQUIRE(reader.next_member(name));
  REQUIRE(reader.next_member(name));
  CHECK(name.text() == "b");
  REQUIRE_FALSE(reader.next_member(name));
  CHECK(reader.finish());

  JsonReader broken(text(R"({"a": {"deep": [1, 2}, "b": 3})"));
  REQUIRE(broken.enter_object());
  REQUIRE(broken.next_member(name));
  CHECK_FALSE(broken.next_member(name));
  CHECK(broken.error() == JsonError::unexpected_byte);
  CHECK(broken.error_offset() == 20);
}

TEST_CASE("text that doesn't fit its buffer is reported, and reading goes on") {
  JsonReader reader(text(R"({"longer than four": "also longer", "b": 1})"));
  char memory[4];
  TextBuffer buffer(memory);
  REQUIRE(reader.enter_object());
  REQUIRE(reader.next_member(buffer));
  CHECK(buffer.overflow);
  buffer.clear();
  REQUIRE(reader.read_string(buffer));
  CHECK(buffer.overflow);
  REQUIRE(reader.next_member(buffer));
  CHECK_FALSE(buffer.overflow);
  CHECK(buffer.text() == "b");
}

TEST_CASE("another kind of value than asked for is an error that sticks") {
  JsonReader reader(text(R"( [1] )"));
  char memory[4];
  TextBuffer name(memory);
  CHECK_FALSE(reader.enter_object());
  CHECK(reader.error() == JsonError::not_of_this_kind);
  CHECK(reader.error_offset() == 1);
  CHECK_FALSE(reader.enter_array());
  CHECK_FALSE(reader.next_member(name));
  CHECK_FALSE(reader.skip_value());
  CHECK_FALSE(reader.finish());
  CHECK(reader.error_offset() == 1);
}

TEST_CASE("a failing read is told apart from the end") {
  JsonReader reader([](void*, const char**) -> ptrdiff_t { return -1; }, nullptr);
  CHECK_FALSE(reader.finish());
  CHECK(reader.error() == JsonError::read_failed);
}

TEST_CASE("sixty-four levels are read and one more is not") {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(error_of(nested(64)) == JsonError::none);
  CHECK(error_of(nested(65)) == JsonError::too_deep);
  CHECK(error_offset_of(nested(65)) == 64);
  CHECK(error_of(std::string(100'000, '[')) == JsonError::too_deep);
  JsonReader reader(text(std::string_view(R"([[1, {"a": [2]}], {}])")));
  REQUIRE(reader.enter_array());
  REQUIRE(reader.next_element());
  CHECK(reader.skip_value());
  CHECK_FALSE((reader.next_element() && reader.next_element()));
  CHECK(reader.finish());
}

TEST_CASE("each fault has its name and its place") {
  struct Case {
    std::string_view document;
    JsonError error;
    uint64_t offset;
  };
  const auto c = GENERATE(values<Case>({
      {"", JsonError::unexpected_end, 0},
      {"  ", JsonError::unexpected_end, 2},
      {"\xef\xbb{}", JsonError::unexpected_byte, 0},
      {" \xef\xbb\xbf{}", JsonError::unexpected_byte, 1},
      {"\xef\xbb\xbf\xef\xbb\xbf{}", JsonError::unexpected_byte, 3},
      {"\xef\xbb\xbf", JsonError::unexpected_end, 3},
      {"{} x", JsonError::bytes_after_value, 3},
      {"{}{}", JsonError::bytes_after_value, 2},
      {"{\"a\" 1}", JsonError::unexpected_byte, 5},
      {"{\"a\":1,}", JsonError::unexpected_byte, 7},
      {"{,}", JsonError::unexpected_byte, 1},
      {"[1,]", JsonError::unexpected_byte, 3},
      {"[1}", JsonError::unexpected_byte, 2},
      {"{\"a\":1]", JsonError::unexpected_byte, 6},
      {"{a:1}", JsonError::unexpected_byte, 1},
      {"['a']", JsonError::unexpected_byte, 1},
      {"[tru]", JsonError::unexpected_byte, 1},
      {"[nulL]", JsonError::unexpected_byte, 1},
      {"[\x0b]", JsonError::unexpected_byte, 1},
      {"[1\xc2\xa0]", JsonError::unexpected_byte, 2},
      {"[01]", JsonError::unexpected_byte, 2},
      {"[1.]", JsonError::invalid_number, 3},
      {"[-]", JsonError::invalid_number, 2},
      {"[1e+]", JsonError::invalid_number, 4},
      {"[.5]", JsonError::unexpected_byte, 1},
      {"[+1]", JsonError::unexpected_byte, 1},
      {"[\"a\nb\"]", JsonError::control_in_string, 3},
      {"[\"\\\n\"]", JsonError::control_in_string, 3},
      {"[\"\\u00\n\"]", JsonError::control_in_string, 6},
      {"[\"\\\xc3(\"]", JsonError::invalid_utf8, 3},
      {"[\"\\ud83d\\\"]", JsonError::unexpected_end, 11},
      {"[\"\xc0\xaf\"]", JsonError::invalid_utf8, 2},
      {"[\"\xe0\x9f\xbf\"]", JsonError::invalid_utf8, 2},
      {"[\"\xed\xa0\x80\"]", JsonError::invalid_utf8, 2},
      {"[\"\xf4\x90\x80\x80\"]", JsonError::invalid_utf8, 2},
      {"[\"\x80\"]", JsonError::invalid_utf8, 2},
      {"[\"\xe2\x82\"]", JsonError::invalid_utf8, 2},
  }));
  CAPTURE(c.document);
  CHECK(error_of(c.document) == c.error);
  CHECK(error_offset_of(c.document) == c.offset);
  if (c.error == JsonError::unexpected_end) return;
  // Far from its end a document is read by other steps than near it.
  const std::string extended = std::string(c.document) + std::string(100, ' ');
  CHECK(error_of(extended) == c.error);
  CHECK(error_offset_of(extended) == c.offset);
}

TEST_CASE("an integer is cut from a number, and only where it fits") {
  using pindus::bare::parse_integer;
  int64_t value = 7;
  CHECK((parse_integer("1790000000000", value) && value == 1'790'000'000'000));
  CHECK((parse_integer("-12.75", value) && value == -12));
  CHECK((parse_integer("9223372036854775807", value) && value == INT64_MAX));
  CHECK((parse_integer("-9223372036854775808", value) && value == INT64_MIN));
  CHECK_FALSE(parse_integer("9223372036854775808", value));
  CHECK_FALSE(parse_integer("1e3", value));
}
