#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pindus {

/// How many cells of a terminal's row `character`, one whole UTF-8 sequence, takes: 2 for a wide
/// one, 0 for one that combines with what stands before it, else 1; so for bytes that are no UTF-8.
/// Whatever the locale. Any thread.
[[nodiscard]] std::size_t character_width(std::string_view character) noexcept;

/// The same for all of a text's characters together.
[[nodiscard]] std::size_t display_width(std::string_view text) noexcept;

/// `text` with the blanks behind it that fill `width` cells.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

}  // namespace pindus
