#include "host/cli/line_editor.hpp"

#include <string.h>

#include <algorithm>
#include <utility>

namespace pindus {
namespace {

constexpr std::string_view paste_end = "\x1b[201~";

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n';
}
bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
}
bool continues_character(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::string without_controls(std::string_view text) {
  std::string shown(text);
  std::ranges::replace_if(shown, is_control, ' ');
  return shown;
}

}  // namespace

LineEditor::LineEditor(Echo echo) : echo_(echo) {
  line_.reserve(limit + paste_end.size() + 1);
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
  switch (mode_) {
    case Mode::text: return take_text(c);
    case Mode::paste: return take_pasted(c);
    case Mode::sequence: return take_sequence(c);
    case Mode::escape:
      // ESC [ and ESC O begin a sequence; any other pair is a key with Alt.
      mode_ = c == '[' || c == 'O' ? Mode::sequence : Mode::text;
      sequence_.assign(1, c);
  }
}

void LineEditor::take_text(char c) {
  switch (c) {
    case '\r':
    case '\n': state_ = overflow_ ? State::too_long : State::entered; return;
    case '\x04':
      if (line_.empty() && !overflow_) state_ = State::ended;
      return;
    case '\x1b': mode_ = Mode::escape; return;
    case '\b':
    case '\x7f': return erase_character();
    case '\x15':
      while (!line_.empty()) erase_character();
      return;
    case '\x17': return erase_word();
    default:
      if (!is_control(c)) append(c);
  }
}

void LineEditor::take_sequence(char c) {
  constexpr std::size_t longest = 16;
  if (sequence_.size() < longest) sequence_ += c;
  const bool parameter = c >= 0x20 && c < 0x40;  // ECMA-48, 5.4
  if (parameter) return;
  mode_ = sequence_ == "[200~" ? Mode::paste : Mode::text;
  pasted_ = line_.size();
}

void LineEditor::take_pasted(char c) {
  line_ += c == '\r' ? '\n' : c;
  if (line_.ends_with(paste_end)) return end_paste();
  if (line_.size() > limit + paste_end.size()) {
    // Only the last bytes still count: the end may be among them.
    overflow_ = true;
    line_.erase(limit, 1);
  }
}

void LineEditor::end_paste() {
  line_.resize(line_.size() - paste_end.size());
  if (line_.size() > limit) {
    overflow_ = true;
    line_.resize(limit);
  }
  mode_ = Mode::text;
  if (echo_ == Echo::shown) to_echo_ += without_controls(std::string_view(line_).substr(pasted_));
}

void LineEditor::append(char c) {
  if (line_.size() >= limit) {
    overflow_ = true;
    return;
  }
  line_ += c;
  if (echo_ == Echo::shown) to_echo_ += c;
}

void LineEditor::erase_character() {
  if (line_.empty()) return;
  while (line_.size() > 1 && continues_character(line_.back())) line_.pop_back();
  line_.pop_back();
  if (line_.empty()) overflow_ = false;
  if (echo_ == Echo::shown) to_echo_ += "\b \b";
}

void LineEditor::erase_word() {
  while (!line_.empty() && is_blank(line_.back())) erase_character();
  while (!line_.empty() && !is_blank(line_.back())) erase_character();
}

std::string LineEditor::take_echo() {
  return std::exchange(to_echo_, {});
}

std::string LineEditor::shown() const {
  return echo_ == Echo::shown ? without_controls(line_) : std::string();
}

Secret LineEditor::take_line() {
  std::string_view line = line_;
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  return Secret(line);
}

}  // namespace pindus
