#pragma once

#include <termios.h>

namespace pindus {

/// A terminal while a person is asked: no echo, no line buffer, and pastes marked. Ctrl-C and
/// Ctrl-Z still send their signals. Whatever ends the process restores the terminal: the
/// destructor, Signals, or for a signal that nobody handles a handler of ours. One at a time.
class RawMode {
 public:
  /// Reads from `input`; the marks are switched on through `output`.
  RawMode(int input, int output);
  /// Throws away what was typed and not read, so that no shell runs it, and restores.
  ~RawMode();
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;

  /// Restores for as long as the process is stopped, and the reverse. Any thread.
  void pause() noexcept;
  void resume() noexcept;

 private:
  int input_;
  int output_;
  termios saved_{};
  termios raw_{};
};

}  // namespace pindus
