#pragma once

#include <cstdint>
#include <string_view>

namespace pindus {

/// A result code in words, to be read after "because": "the server can't just now". Any value.
[[nodiscard]] std::string_view result_code_in_words(int32_t code) noexcept;

/// Whether plugin.h, as this host knows it, has that code.
[[nodiscard]] bool is_result_code(int32_t code) noexcept;

}  // namespace pindus
