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
  editor.feed("\x1b[200~https://a\r\nb\x1b[31m\x1b[201~");
  CHECK(editor.state() == State::editing);
  CHECK(editor.take_echo().find('\x1b') == std::string::npos);
  editor.feed("\r");
  CHECK(editor.take_line().view() == "https://a\n\nb\x1b[31m");
}

TEST_CASE("keys that send sequences are not part of the line") {
  LineEditor editor(Echo::shown);
  editor.feed(
      "a\x1b[A\x1b[1;5C\x1bOP\x1b"
      "xb\r");
  CHECK(editor.take_line().view() == "ab");
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
