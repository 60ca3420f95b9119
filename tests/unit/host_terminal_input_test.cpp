#include <catch2/catch.hpp>
#include <random>
#include <ranges>
#include <string>
#include <vector>

#include "host/cli/terminal_input.hpp"

using pindus::TerminalInput;
using Event = TerminalInput::Event;

namespace {

// What is left of the bytes: text as it is, a control as "^", the marks of a paste as "(" and ")".
std::string read(TerminalInput& input, std::string_view bytes) {
  std::string left;
  for (const char byte : bytes) {
    switch (input.take(byte)) {
      case Event::nothing: break;
      case Event::text: left += byte; break;
      case Event::control: left += '^'; break;
      case Event::paste_begun: left += '('; break;
      case Event::paste_ended: left += ')'; break;
    }
  }
  return left;
}

std::string read(std::string_view bytes) {
  TerminalInput input;
  return read(input, bytes);
}

}  // namespace

TEST_CASE("sequences of every kind that a terminal sends are no text") {
  const std::vector<std::vector<std::string>> kinds = {
      // control sequences: keys, answers, mice
      {"\x1b[A", "\x1b[1;5C", "\x1b[3~", "\x1b[200;1~", "\x1b[[A", "\x1b[[E"},
      {"\x1b[?62;c", "\x1b[>0;276;0c", "\x1b[2 q", "\x1b[?1;2$y"},
      {"\x1b[<0;12;7M", "\x1b[<0;12;7m", "\x1b[M !!", "\x1b[M\xff\xff\xff"},
      // single shifts, Alt, and what ECMA-35 has
      {"\x1bOP", "\x1bO5P", "\x1bOM", "\x1bNx", "\x1bN\xc3\xbc"},
      {"\x1bx", "\x1b\xc3\xbc", "\x1b\xe6\xbc\xa2", "\x1b(B", "\x1b #8", "\x1b=", "\x1b\x37"},
      // strings
      {"\x1b]11;rgb:0/0/0\x07", "\x1b]52;c;Z3Nr\x1b\\", "\x1b]0;\xc3\xbc\x07"},
      {"\x1bP>|XTerm(379)\x1b\\", "\x1bP1+r544e=78\r\n\x1b\\"},
      {"\x1b_Gi=31;OK\x1b\\", "\x1b^pm\x1b\\", "\x1bXsos\x1b\\"}};
  for (const std::string& sequence : kinds | std::views::join) {
    CAPTURE(sequence);
    CHECK(read("a" + sequence + "b") == "ab");
    CHECK(read("\x1b" + sequence + "b") == "b");  // after the Escape key
  }
}

TEST_CASE("ESC, CAN and SUB end whatever had begun") {
  for (const std::string begun :
       {"\x1b", "\x1b[", "\x1b[1;", "\x1b[M", "\x1b[M!", "\x1bO", "\x1bO5", "\x1bN", "\x1b[[",
        "\x1b(", "\x1b]0;title", "\x1bP", "\x1b_", "\x1b^", "\x1bX"}) {
    CAPTURE(begun);
    CHECK(read(begun + "\x1b[Ab") == "b");
    CHECK(read(begun + "\x18" + "b") == "b");
    CHECK(read(begun + "\x1a" + "b") == "b");
    TerminalInput input;
    read(input, begun);
    CHECK(input.in_sequence());
    input.quiet();
    CHECK(read(input, "b") == "b");
  }
}

TEST_CASE("a control character in what is no string means what it always does") {
  for (const std::string begun : {"", "\x1b", "\x1b[", "\x1b[1;", "\x1b[M", "\x1bO", "\x1b("}) {
    CHECK(read(begun + "\r") == "^");
    CHECK(read(begun + "\x7f") == "^");
  }
  CHECK(read("\x1b]0;a\rb\x07") == "");
}

TEST_CASE("a paste has its marks and the text between them") {
  CHECK(read("\x1b[200~gsk\r\x1b[31m_key\x1b[201~\r") == "(gsk^_key)^");
  CHECK(read("\x1b\x1b[200~key\x1b[201~") == "(key)");
  CHECK(read("\x1b[200~key\x1b\x1b[201~") == "(key)");
  CHECK(read("\x1b[200~key\x1b]unfinished\x1b[201~") == "(key)");
  CHECK(read("\x1b[2001~\x1b[20~\x1b[200;~") == "");
}

TEST_CASE("characters of several bytes are text, whatever their bytes are in Latin") {
  const std::string text = "\xc2\x9b \xc2\x90 \xe2\x82\xac \xf0\x9f\x94\x91 \x9b\x31";
  CHECK(read(text) == text);
}

TEST_CASE("of random bytes nothing is text after ESC that a sequence owns, and ESC never is") {
  std::mt19937 random(42);
  const std::string_view usual = "\x1b\x1b[]PX^_NOM\\~?;0129 a\r\x07\x18\x9b\xc3";
  for (int round = 0; round < 20'000; ++round) {
    TerminalInput input;
    std::string bytes;
    for (std::size_t size = random() % 24; bytes.size() < size;) {
      bytes += random() % 4 == 0 ? static_cast<char>(random()) : usual[random() % usual.size()];
    }
    std::string text;
    for (const char byte : bytes) {
      const bool in_sequence = input.in_sequence();
      const Event event = input.take(byte);
      const bool is_control = static_cast<unsigned char>(byte) < 0x20 || byte == '\x7f';
      if (event == Event::text) CHECK_FALSE(is_control);
      if (event == Event::control) CHECK((is_control && byte != '\x1b'));
      if (event == Event::paste_begun || event == Event::paste_ended) {
        CHECK((in_sequence && byte == '~'));
      }
      if (!in_sequence) CHECK((event != Event::nothing || byte == '\x1b'));
    }
    // Whatever came before: a paste in its marks is whole.
    CHECK(read(input, "\x1b[200~gsk_key\x1b[201~") == "(gsk_key)");
  }
}
