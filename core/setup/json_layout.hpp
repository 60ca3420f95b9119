#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/json.hpp"

namespace pindus {

/// How a JSON text is laid out where something is added.
struct JsonLayout {
  std::string_view line_end = {};  ///< empty: all on one line
  std::string indent = {};         ///< of the member that is added
  std::string unit = {};           ///< that each level is further in
  std::string colon = ": ";
};

/// A value in that layout; `indent` is that of the line on which it begins.
[[nodiscard]] std::string rendered_json(const Json& value, const JsonLayout& layout,
                                        const std::string& indent);

/// A blank of JSON (RFC 8259, section 2).
[[nodiscard]] bool is_json_blank(char c) noexcept;

/// The blanks that end at that place.
[[nodiscard]] std::string_view blanks_before(std::string_view text, std::size_t end);

/// What stands behind their last line end.
[[nodiscard]] std::string after_last_line_end(std::string_view blanks);

/// The blanks with which the line begins in which that place is, up to it.
[[nodiscard]] std::string indent_of_line(std::string_view text, std::size_t at);

}  // namespace pindus
