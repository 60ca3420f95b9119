// What other programs write and JSON doesn't know, or leaves open.

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/json_pieces.hpp"

using pindus::bare::JsonError;
using pindus::bare::JsonReader;
using pindus::bare::TextBuffer;
using pindus::test::compacted;
using pindus::test::Pieces;
using pindus::test::text;

TEST_CASE("an escape that stands for nothing can't be read, but is passed on as it stands") {
  struct Case {
    std::string_view string;
    JsonError error;
    uint64_t offset;
  };
  const auto c = GENERATE(values<Case>({
      {R"("\x41")", JsonError::invalid_escape, 1},
      {R"("a\'b")", JsonError::invalid_escape, 2},
      {"\"\\\xc3\xbc\"", JsonError::invalid_escape, 1},
      {R"("\u12g4")", JsonError::invalid_escape, 5},
      {R"("\u")", JsonError::invalid_escape, 3},
      {R"("\u0\n")", JsonError::invalid_escape, 4},
      {R"("\ud83d")", JsonError::lone_surrogate, 1},
      {R"("\uD83d tail of more than sixteen bytes")", JsonError::lone_surrogate, 1},
      {R"("\ud83d\u0041")", JsonError::lone_surrogate, 1},
      {R"("\ud83d\ud83d\ude00")", JsonError::lone_surrogate, 1},
      {R"("\ude00\ud83d\ude00")", JsonError::lone_surrogate, 1},
      {R"("\ud83d\n")", JsonError::lone_surrogate, 1},
      {R"("\ud83d\x")", JsonError::lone_surrogate, 1},
      {R"("\ud83d\u12")", JsonError::lone_surrogate, 1},
      {R"("\ud83d\ud8")", JsonError::lone_surrogate, 1},
  }));
  CAPTURE(c.string);
  JsonReader reader(text(c.string));
  char memory[64];
  TextBuffer buffer(memory);
  CHECK_FALSE(reader.read_string(buffer));
  CHECK(reader.error() == c.error);
  CHECK(reader.error_offset() == c.offset);

  const std::string document =
      "{" + std::string(c.string) + ":[" + std::string(c.string) + "],\"b\":1}";
  for (size_t cut = 0; cut <= document.size(); ++cut) {
    Pieces pieces(document, {cut});
    CHECK(compacted(JsonReader(&Pieces::next, &pieces)) == document + "nothing is wrong0");
  }
  JsonReader passing(text(document));
  CHECK(passing.finish());
  CHECK(passing.odd_escape() == c.error);
  CHECK(passing.odd_escape_offset() == c.offset + 1);
}

TEST_CASE("names with escapes that stand for nothing are like no other name") {
  constexpr std::string_view document = R"({"\ud83d":1,"\ud83e":2,"\x41":3,"\\x41":4,"x41":5,)"
                                        R"("\u41":6,"\\u41":7,"\ud83d\ude00":8,"u41":9})";
  JsonReader reader(text(document));
  std::vector<std::string> names;
  char memory[64];
  TextBuffer name(memory);
  REQUIRE(reader.enter_object());
  while (reader.next_member(name)) names.emplace_back(memory, name.size);
  REQUIRE(reader.finish());
  CHECK(names.size() == 9);
  std::ranges::sort(names);
  CHECK(std::ranges::adjacent_find(names) == names.end());
}

TEST_CASE("a byte order mark before the document is skipped, and everything stands behind it") {
  const std::string plain = R"( {"a": ["\xef\xbb\xbf", 1] } )";
  const std::string marked = "\xef\xbb\xbf" + plain;
  for (size_t cut = 0; cut <= 8; ++cut) {
    Pieces pieces(marked, {cut});
    CHECK(compacted(JsonReader(&Pieces::next, &pieces)) == compacted(JsonReader(text(plain))));
  }
  JsonReader reader(text(std::string_view("\xef\xbb\xbf {\"a\": 1}")));
  REQUIRE(reader.finish());
  CHECK(reader.value_span().begin == 4);
}
