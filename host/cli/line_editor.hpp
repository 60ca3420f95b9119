#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/secret.hpp"

namespace pindus {

/// Whether a typed line is shown.
enum class Echo { shown, hidden };

/// One line as it is typed: what the terminal's line buffer does, without its limit of 4095 bytes,
/// and with pastes taken whole (bracketed paste). Reads and writes nothing itself.
class LineEditor {
 public:
  static constexpr std::size_t limit = 64 * 1024;

  enum class State {
    editing,
    entered,   ///< the line is complete
    ended,     ///< Ctrl-D on an empty line
    too_long,  ///< complete, and over the limit
  };

  explicit LineEditor(Echo echo);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// Takes bytes until the line is complete; returns how many it took.
  std::size_t feed(std::string_view bytes);

  [[nodiscard]] State state() const noexcept { return state_; }

  /// What the terminal must be sent since the last call, so that it shows the line.
  [[nodiscard]] std::string take_echo();

  /// All that the terminal shows of the line, for drawing it again.
  [[nodiscard]] std::string shown() const;

  /// The line without blanks at its ends; line breaks inside a paste stay.
  [[nodiscard]] Secret take_line();

 private:
  enum class Mode { text, escape, sequence, paste };

  void take(char c);
  void take_text(char c);
  void take_sequence(char c);
  void take_pasted(char c);
  void end_paste();
  void append(char c);
  void erase_character();
  void erase_word();

  Echo echo_;
  State state_ = State::editing;
  Mode mode_ = Mode::text;
  bool overflow_ = false;
  std::string line_;        // reserved at once: growing would leave copies of a secret behind
  std::size_t pasted_ = 0;  // where in the line the paste under way began
  std::string sequence_;    // of an escape sequence, after ESC
  std::string to_echo_;
};

}  // namespace pindus
