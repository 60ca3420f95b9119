#include "host/cli/line_editor.hpp"

#include <string.h>

#include <algorithm>
#include <utility>

#include "core/base/display_width.hpp"
#include "core/base/fault.hpp"
#include "core/base/utf8.hpp"

namespace pindus {
namespace {

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n';
}
bool continues_character(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// Where the last character of `text`, which isn't empty, begins.
std::size_t start_of_last_character(std::string_view text) noexcept {
  constexpr std::size_t longest = 4;
  std::size_t start = text.size() - 1;
  while (start > 0 && text.size() - start < longest && continues_character(text[start])) --start;
  return utf8_sequence_length(text.substr(start)) == text.size() - start ? start : text.size() - 1;
}

// The part of `text` that is no mere beginning of a character.
std::size_t end_of_whole_characters(std::string_view text) noexcept {
  for (std::size_t tail = 1; tail <= 3 && tail <= text.size(); ++tail) {
    const auto byte = static_cast<unsigned char>(text[text.size() - tail]);
    if (byte < 0x80 || byte > 0xF4) break;
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC2 ? 2 : 0;
    if (length != 0) return length > tail ? text.size() - tail : text.size();
  }
  return text.size();
}

// As a terminal may be sent it: a blank for each character that would do something there, and for
// each byte that belongs to none.
std::string harmless(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(1, utf8_sequence_length(text));
    const auto character = text.substr(0, length);
    shown += is_printable(character) ? character : " ";
    text.remove_prefix(length);
  }
  return shown;
}

}  // namespace

LineEditor::LineEditor(Echo echo) : echo_(echo) {
  line_.reserve(limit);
}

LineEditor::~LineEditor() {
  explicit_bzero(line_.data(), line_.capacity());
}

std::size_t LineEditor::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && state_ == State::editing) take(bytes[taken++]);
  return taken;
}

void LineEditor::take(char c) {
  switch (input_.take(c)) {
    case TerminalInput::Event::nothing: return;
    case TerminalInput::Event::text: return append(c);
    case TerminalInput::Event::paste_begun: pasting_ = true; return;
    case TerminalInput::Event::paste_ended: pasting_ = false; return;
    case TerminalInput::Event::control:
      if (!pasting_) return take_typed_control(c);
      return append(c == '\r' ? '\n' : c);
  }
}

void LineEditor::take_typed_control(char c) {
  switch (c) {
    case '\r':
    case '\n': state_ = overflow_ ? State::too_long : State::entered; return;
    case '\x04':
      if (line_.empty() && !overflow_) state_ = State::ended;
      return;
    case '\b':
    case '\x7f': return erase_character();
    case '\x15':
      while (!line_.empty()) erase_character();
      return;
    case '\x17': return erase_word();
    default: return;
  }
}

void LineEditor::go_on() {
  state_ = State::editing;
  append('\n');
}

void LineEditor::append(char c) {
  if (line_.size() >= limit) {
    overflow_ = true;
    return;
  }
  line_ += c;
}

// A character with all that combines with it.
void LineEditor::erase_character() {
  echo_to(line_.size());
  std::size_t width = 0;
  while (!line_.empty() && width == 0) {
    const std::size_t start = start_of_last_character(line_);
    width = character_width(std::string_view(line_).substr(start));
    line_.resize(start);
  }
  echoed_ = line_.size();
  if (line_.empty()) overflow_ = false;
  if (echo_ == Echo::hidden) return;
  for (; width > 0; --width) to_echo_ += "\b \b";
}

void LineEditor::erase_word() {
  while (!line_.empty() && is_blank(line_.back())) erase_character();
  while (!line_.empty() && !is_blank(line_.back())) erase_character();
}

void LineEditor::echo_to(std::size_t end) {
  if (echo_ == Echo::shown) {
    to_echo_ += harmless(std::string_view(line_).substr(echoed_, end - echoed_));
  }
  echoed_ = end;
}

std::string LineEditor::take_echo() {
  echo_to(std::max(echoed_, end_of_whole_characters(line_)));
  return std::exchange(to_echo_, {});
}

std::string LineEditor::shown() const {
  return echo_ == Echo::shown ? harmless(line_) : std::string();
}

Secret LineEditor::take_line() {
  std::string_view line = line_;
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  return Secret(line);
}

}  // namespace pindus
