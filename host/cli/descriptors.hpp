#pragma once

#include <string_view>

#include "core/base/file_descriptor.hpp"

namespace pindus {

/// Opens 0, 1 and 2 where the caller closed them, so that no file of ours gets their numbers:
/// input is then empty, and a write to the output still fails. They close again on exec.
void hold_standard_descriptors() noexcept;

/// Standard output for our own results alone. Once an object of this type is made, all else that
/// writes to descriptor 1, a plugin's printf whenever its buffer is flushed, say, writes to
/// standard error, to the end of the process. One a process.
class OwnOutput {
 public:
  OwnOutput() noexcept;

  /// Where results go.
  [[nodiscard]] int descriptor() const noexcept { return kept_.is_open() ? kept_.get() : 1; }

  /// Makes descriptor 1 standard output again, for a program that takes this one's place.
  void give_back() noexcept;

 private:
  int flags_ = 0;  // of descriptor 1
  FileDescriptor kept_;
};

/// Writes `line` and a newline, whole; a terminal or pipe that doesn't take more is waited for.
/// Returns 0 or an errno. Makes no copy.
[[nodiscard]] int write_line(int descriptor, std::string_view line) noexcept;

/// The same without the newline.
[[nodiscard]] int write_text(int descriptor, std::string_view text) noexcept;

}  // namespace pindus
