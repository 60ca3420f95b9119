#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pindus {

/// What a terminal sends, told apart by the grammar of ECMA-48: what was typed and pasted is text,
/// while the sequences of keys and mice, and the terminal's own answers, are nothing. Bytes in,
/// events out; keeps none of the text.
class TerminalInput {
 public:
  enum class Event : std::uint8_t {
    nothing,      ///< the byte belongs to a sequence
    text,         ///< the byte belongs to a character of the text
    control,      ///< the byte is a control character: C0 or DEL, never ESC
    paste_begun,  ///< what follows until paste_ended is pasted; sequences in it are nothing, too
    paste_ended,
  };

  /// What this byte, the next one that came, is.
  [[nodiscard]] Event take(char byte) noexcept;

  /// Whether the last byte left a sequence incomplete.
  [[nodiscard]] bool in_sequence() const noexcept { return state_ != State::text; }

  /// Nothing came for a while, and terminals send their sequences whole: what looked like the
  /// beginning of one was a key, such as Escape.
  void quiet() noexcept { state_ = State::text; }

 private:
  enum class State : std::uint8_t {
    text,
    escape,            ///< after ESC
    escape_more,       ///< after ESC and intermediate bytes
    control_sequence,  ///< after CSI
    parameters,        ///< within a control sequence
    shift,             ///< after SS3, whose character some terminals put parameters before
    one_more,          ///< after SS2, or CSI [ of the Linux console
    mouse_button,      ///< after CSI M, which three bytes follow, as xterm has it
    mouse_column,
    mouse_row,
    character,  ///< within a character of several bytes that was typed with Alt
    string,     ///< after OSC, DCS, APC, PM, SOS
  };
  enum class Action : std::uint8_t { drop, text, control, begin, collect, finish };
  struct Step {
    State next;
    Action action;
  };
  struct Table;

  [[nodiscard]] Event finish(char final_byte) noexcept;

  State state_ = State::text;
  std::uint8_t parameter_count_ = 0;
  char parameters_[4] = {};  // the first ones; no longer sequence has a meaning here
};

}  // namespace pindus
