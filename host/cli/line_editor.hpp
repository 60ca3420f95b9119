#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/secret.hpp"
#include "host/cli/terminal_input.hpp"

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

  /// Whether a key's or the terminal's own sequence has begun and not ended.
  [[nodiscard]] bool in_sequence() const noexcept { return input_.in_sequence(); }

  /// Nothing came for a while: what had begun was no sequence.
  void quiet() noexcept { input_.quiet(); }

  /// The line that was entered was a row of a longer text, and more is to come.
  void go_on();

  [[nodiscard]] State state() const noexcept { return state_; }

  /// What the terminal must be sent since the last call, so that it shows the line.
  [[nodiscard]] std::string take_echo();

  /// All that the terminal shows of the line, for drawing it again.
  [[nodiscard]] std::string shown() const;

  /// The line without blanks at its ends; line breaks inside stay.
  [[nodiscard]] Secret take_line();

 private:
  void take(char c);
  void take_typed_control(char c);
  void append(char c);
  void erase_character();
  void erase_word();
  void echo_to(std::size_t end);

  Echo echo_;
  State state_ = State::editing;
  TerminalInput input_;
  bool pasting_ = false;
  bool overflow_ = false;
  std::string line_;        // reserved at once: growing would leave copies of a secret behind
  std::size_t echoed_ = 0;  // how much of it the terminal was sent
  std::string to_echo_;
};

}  // namespace pindus
