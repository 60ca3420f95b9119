// What a terminal sends while a line is typed: no sequence becomes text, a paste in its marks is
// whole whatever came before it, and what is echoed does nothing to a terminal but move back.

#include <algorithm>
#include <string>

#include "core/base/fault.hpp"
#include "host/cli/line_editor.hpp"
#include "tests/fuzz/property.hpp"

namespace {

using pindus::LineEditor;
using pindus::TerminalInput;
using pindus::test::hold;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '\x7F';
}

void read(std::string_view input) {
  TerminalInput terminal;
  for (const char byte : input) {
    const bool in_sequence = terminal.in_sequence();
    const auto event = terminal.take(byte);
    hold(event != TerminalInput::Event::text || !is_control(byte), "no control is text");
    hold(event != TerminalInput::Event::control || (is_control(byte) && byte != '\x1b'),
         "only a control is one, and never ESC");
    hold(event != TerminalInput::Event::nothing || in_sequence || byte == '\x1b',
         "nothing is lost outside of a sequence");
  }
  std::string pasted;
  for (const char byte : std::string_view("\x1b[200~gsk_key\x1b[201~")) {
    if (terminal.take(byte) == TerminalInput::Event::text) pasted += byte;
  }
  hold(pasted == "gsk_key", "a paste is whole");
}

void edit(std::string_view input, pindus::Echo echo) {
  LineEditor editor(echo);
  while (!input.empty() && editor.state() == LineEditor::State::editing) {
    const auto piece = input.substr(0, 7);
    input.remove_prefix(editor.feed(piece));
    std::string shown = editor.take_echo();
    std::erase(shown, '\b');
    hold(pindus::is_printable(shown), "what is echoed is printable");
    hold(echo == pindus::Echo::shown || shown.empty(), "nothing hidden is echoed");
    if (editor.state() == LineEditor::State::entered && !input.empty()) editor.go_on();
  }
  hold(pindus::is_printable(editor.shown()), "what is drawn again is printable");
  hold(editor.take_line().view().size() <= LineEditor::limit, "no line is over the limit");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto input = pindus::test::text_of_input(bytes, size);
  read(input);
  edit(input, pindus::Echo::shown);
  edit(input, pindus::Echo::hidden);
  return 0;
}
