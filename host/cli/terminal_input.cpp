#include "host/cli/terminal_input.hpp"

#include <array>

namespace pindus {
namespace {

// What a byte can be to the grammar (ECMA-48 5.4 and 8.3). The 8-bit forms of the controls are
// parts of characters in UTF-8.
enum class Kind : std::uint8_t {
  control,
  bell,
  cancel,  // CAN and SUB
  escape,
  intermediate,
  parameter,
  csi,     // [
  mouse,   // M
  shift2,  // N
  shift3,  // O
  string,  // ] P X ^ _
  final,
  tail,  // a byte of a character of several, but for its first
  lead,  // its first
};
constexpr std::size_t kinds = 14;

constexpr Kind kind_of(unsigned char byte) noexcept {
  switch (byte) {
    case 0x07: return Kind::bell;
    case 0x18:
    case 0x1A: return Kind::cancel;
    case 0x1B: return Kind::escape;
    case '[': return Kind::csi;
    case 'M': return Kind::mouse;
    case 'N': return Kind::shift2;
    case 'O': return Kind::shift3;
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_': return Kind::string;
    default: break;
  }
  if (byte < 0x20 || byte == 0x7F) return Kind::control;
  if (byte < 0x30) return Kind::intermediate;
  if (byte < 0x40) return Kind::parameter;
  if (byte < 0x80) return Kind::final;
  return byte < 0xC0 ? Kind::tail : Kind::lead;
}

}  // namespace

struct TerminalInput::Table {
  using enum State;
  // Text and controls are what they are; a key is over and nothing; the others go on.
  // A letter a cell, so that the table can be read as one.
  // NOLINTBEGIN(readability-identifier-naming)
  static constexpr Step T{text, Action::text}, C{text, Action::control}, K{text, Action::drop},
      E{escape, Action::drop}, I{escape_more, Action::drop}, B{control_sequence, Action::begin},
      P{parameters, Action::collect}, F{text, Action::finish}, H{shift, Action::drop},
      W{one_more, Action::drop}, X{mouse_button, Action::drop}, Y{mouse_column, Action::drop},
      Z{mouse_row, Action::drop}, A{character, Action::drop}, S{string, Action::drop};
  // NOLINTEND(readability-identifier-naming)

  // Wherever a sequence can't go on, a control character means what it always does.
  // clang-format off
  static constexpr std::array<std::array<Step, kinds>, 12> rows{{
      // control bell cancel escape inter. param. [  M  N  O  string final tail lead
      {C, C, C, E, T, T, T, T, T, T, T, T, T, T},  // text
      {C, C, K, E, I, K, B, K, W, H, S, K, K, A},  // escape
      {C, C, K, E, I, K, K, K, K, K, K, K, K, A},  // escape_more
      {C, C, K, E, P, P, W, X, F, F, F, F, T, T},  // control_sequence
      {C, C, K, E, P, P, F, F, F, F, F, F, T, T},  // parameters
      {C, C, K, E, K, H, K, K, K, K, K, K, K, A},  // shift
      {C, C, K, E, K, K, K, K, K, K, K, K, K, A},  // one_more
      {C, C, K, E, Y, Y, Y, Y, Y, Y, Y, Y, Y, Y},  // mouse_button
      {C, C, K, E, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z},  // mouse_column
      {C, C, K, E, K, K, K, K, K, K, K, K, K, K},  // mouse_row
      {C, C, C, E, T, T, T, T, T, T, T, T, A, T},  // character
      {S, K, K, E, S, S, S, S, S, S, S, S, S, S},  // string
  }};
  // clang-format on
};

TerminalInput::Event TerminalInput::take(char byte) noexcept {
  const auto kind = static_cast<std::size_t>(kind_of(static_cast<unsigned char>(byte)));
  const Step step = Table::rows[static_cast<std::size_t>(state_)][kind];
  state_ = step.next;
  switch (step.action) {
    case Action::drop: return Event::nothing;
    case Action::text: return Event::text;
    case Action::control: return Event::control;
    case Action::begin: parameter_count_ = 0; return Event::nothing;
    case Action::collect:
      if (parameter_count_ < sizeof parameters_) parameters_[parameter_count_++] = byte;
      return Event::nothing;
    case Action::finish: return finish(byte);
  }
  return Event::nothing;
}

TerminalInput::Event TerminalInput::finish(char final_byte) noexcept {
  const std::string_view parameters(parameters_, parameter_count_);
  if (final_byte == '~' && parameters == "200") return Event::paste_begun;
  if (final_byte == '~' && parameters == "201") return Event::paste_ended;
  return Event::nothing;
}

}  // namespace pindus
