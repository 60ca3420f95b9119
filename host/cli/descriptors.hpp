#pragma once

#include <string_view>

namespace pindus {

/// Opens 0, 1 and 2 where the caller closed them, so that no file of ours gets their numbers:
/// input is then empty, and a write to the output still fails. They close again on exec.
void hold_standard_descriptors() noexcept;

/// Writes `line` and a newline, whole; a terminal or pipe that doesn't take more is waited for.
/// Returns 0 or an errno. Makes no copy.
[[nodiscard]] int write_line(int descriptor, std::string_view line) noexcept;

/// The same without the newline.
[[nodiscard]] int write_text(int descriptor, std::string_view text) noexcept;

}  // namespace pindus
