#pragma once

#include <termios.h>

namespace pindus {

/// A terminal while a person is asked: no echo, no line buffer, and pastes marked where the
/// terminal knows marks. Ctrl-C and Ctrl-Z still send their signals. What was typed and not read is
/// thrown away at the end, so that no shell runs it. Whatever ends the process restores the
/// terminal: the destructor, exit() in whoever's code, and a signal that nobody handles, also where
/// the stack is used up; _exit() where WorkUnderWay pauses first; not SIGKILL. Those of the signals
/// that are held back must be held until after the destructor. One at a time.
class RawMode {
 public:
  /// Whether the terminal is sent the sequences that have it mark what is pasted.
  enum class PasteMarks { on, off };

  /// Reads from `input`; the marks are switched on through `output`.
  RawMode(int input, int output, PasteMarks marks);
  ~RawMode();
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;

  /// Restores for as long as the process is stopped, and the reverse. Any thread.
  void pause() noexcept;
  void resume() noexcept;

 private:
  termios raw_{};
};

}  // namespace pindus
