#include "core/base/text_diff.hpp"

#include <catch2/catch.hpp>

#include "tests/support/random_json.hpp"

using pindus::DiffLine;
using pindus::LineChange;
using pindus::test::Dice;

namespace {

std::string hunks(std::string_view before, std::string_view after) {
  std::string all;
  for (const std::string& line : pindus::unified_hunks(pindus::line_diff(before, after))) {
    all += line + "\n";
  }
  return all;
}

std::string side(const std::vector<DiffLine>& lines, LineChange missing) {
  std::string text;
  for (const DiffLine& line : lines) {
    if (line.change != missing) text += line.text;
  }
  return text;
}

}  // namespace

TEST_CASE("a difference is what diff -u prints") {
  CHECK(hunks("a\n", "a\n").empty());
  CHECK(hunks("", "a\nb\n") == "@@ -0,0 +1,2 @@\n+a\n+b\n");
  CHECK(hunks("a\n", "") == "@@ -1 +0,0 @@\n-a\n");
  CHECK(hunks("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n") ==
        "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
  CHECK(hunks("a\nb", "a\nc") ==
        "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n"
        "\\ No newline at end of file\n");
  std::string long_text;
  for (char c = 'a'; c <= 'z'; ++c) long_text += std::string(1, c) + "\n";
  CHECK(hunks(long_text, "0\n" + long_text + "1\n") ==
        "@@ -1,3 +1,4 @@\n+0\n a\n b\n c\n@@ -24,3 +25,4 @@\n x\n y\n z\n+1\n");
}

TEST_CASE("the lines of a difference are those of the two texts") {
  Dice dice(3);
  for (int i = 0; i < 3000; ++i) {
    std::string before;
    std::string after;
    for (std::size_t line = dice.roll(12); line > 0; --line) {
      before += std::string(1, static_cast<char>('a' + dice.roll(4))) + "\n";
    }
    for (std::size_t line = dice.roll(12); line > 0; --line) {
      after += std::string(1, static_cast<char>('a' + dice.roll(4))) + "\n";
    }
    if (dice.one_in(4)) after += "end";
    const auto lines = pindus::line_diff(before, after);
    REQUIRE(side(lines, LineChange::added) == before);
    REQUIRE(side(lines, LineChange::removed) == after);
  }
}
