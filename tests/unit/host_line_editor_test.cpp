#include <catch2/catch.hpp>

#include "host/cli/line_editor.hpp"

using pindus::Echo;
using pindus::LineEditor;
using State = pindus::LineEditor::State;

TEST_CASE("a typed line can be corrected") {
  LineEditor editor(Echo::shown);
  CHECK(editor.feed("one twoo\x7f\x17three\r rest") == 16);
  CHECK(editor.state() == State::entered);
  CHECK(editor.take_line().view() == "one three");
}

TEST_CASE("a hidden line echoes nothing at all") {
  LineEditor editor(Echo::hidden);
  editor.feed("secret\x7f\x15key\x1b[200~pasted\x1b[201~");
  CHECK(editor.take_echo().empty());
  CHECK(editor.shown().empty());
  editor.feed("\n");
  CHECK(editor.take_line().view() == "keypasted");
}

TEST_CASE("erasing takes a whole character, whatever its bytes") {
  LineEditor editor(Echo::shown);
  editor.feed("a\xc3\xbc\xf0\x9f\x94\x91\x7f\x7f\r");
  CHECK(editor.take_line().view() == "a");
}

TEST_CASE("Ctrl-D ends an empty line only") {
  LineEditor empty(Echo::shown);
  empty.feed("\x04");
  CHECK(empty.state() == State::ended);
  LineEditor begun(Echo::shown);
  begun.feed("a\x04");
  CHECK(begun.state() == State::editing);
}

TEST_CASE("a paste is taken whole, its line breaks kept and its controls not shown") {
  LineEditor editor(Echo::shown);
  editor.feed("\x1b[200~https://a\r\nb\x07 \xc2\x9b\x1b[201~");
  CHECK(editor.state() == State::editing);
  const std::string echo = editor.take_echo();
  CHECK(echo == "https://a  b   ");
  editor.feed("\r");
  CHECK(editor.take_line().view() == "https://a\n\nb\x07 \xc2\x9b");
}

TEST_CASE("a row that was entered can go on") {
  LineEditor editor(Echo::shown);
  CHECK(editor.feed("first\rsecond\r") == 6);
  CHECK(editor.state() == State::entered);
  editor.go_on();
  CHECK(editor.state() == State::editing);
  editor.feed("second\r");
  CHECK(editor.take_line().view() == "first\nsecond");
}

TEST_CASE("ESC before a paste is not part of a hidden line, nor is an answer of the terminal") {
  for (const std::string before :
       {"\x1b", "\x1b\x1b", "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\", "\x1b]11;rgb:ff/ff/ff\x07",
        "\x1bP1$r0m\x1b\\", "\x1b[?62;22c", "\x1b[24;80R", "\x1b[[A", "\x1b_G\x1b\\"}) {
    LineEditor editor(Echo::hidden);
    editor.feed(before + "\x1b[200~gsk_key\x1b[201~\r");
    CAPTURE(before);
    CHECK(editor.take_line().view() == "gsk_key");
  }
}

TEST_CASE("an Escape key that nothing follows for a while costs no character") {
  LineEditor editor(Echo::hidden);
  editor.feed("\x1b");
  CHECK(editor.in_sequence());
  editor.quiet();
  CHECK_FALSE(editor.in_sequence());
  editor.feed("gsk_key\r");
  CHECK(editor.take_line().view() == "gsk_key");
}

TEST_CASE("erasing takes as many cells as the character has, and what combines with it") {
  struct Case {
    std::string text;
    std::size_t cells;
  };
  for (const Case& one : {Case{"e", 1}, Case{"\xc3\xa9", 1}, Case{"e\xcc\x81", 1},
                          Case{"e\xcc\x81\xcc\xa3", 1}, Case{"\xe6\xbc\xa2", 2},
                          Case{"\xf0\x9f\x94\x91", 2}, Case{"\xff", 1}, Case{"\xc2\x9b", 1}}) {
    CAPTURE(one.text);
    LineEditor editor(Echo::shown);
    editor.feed("a" + one.text);
    CHECK_FALSE(editor.take_echo().empty());
    editor.feed("\x7f");
    std::string erased;
    for (std::size_t i = 0; i < one.cells; ++i) erased += "\b \b";
    CHECK(editor.take_echo() == erased);
    editor.feed("\r");
    CHECK(editor.take_line().view() == "a");
  }
}

TEST_CASE("a character whose bytes come apart is shown when it is whole") {
  LineEditor editor(Echo::shown);
  editor.feed("\xe6\xbc");
  CHECK(editor.take_echo().empty());
  editor.feed("\xa2");
  CHECK(editor.take_echo() == "\xe6\xbc\xa2");
}

TEST_CASE("64 KiB are taken, one byte more is too long, typed or pasted") {
  const std::string most(LineEditor::limit, 'k');
  for (const std::string& line : {most + "\r", "\x1b[200~" + most + "\x1b[201~\r"}) {
    LineEditor editor(Echo::hidden);
    editor.feed(line);
    CHECK(editor.state() == State::entered);
    CHECK(editor.take_line().view() == most);
  }
  for (const std::string& line : {most + "k\r", "\x1b[200~" + most + "k\x1b[201~\r",
                                  "\x1b[200~" + most + most + "\x1b[201~\r"}) {
    LineEditor editor(Echo::hidden);
    editor.feed(line);
    CHECK(editor.state() == State::too_long);
  }
}
