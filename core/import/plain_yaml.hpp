#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/base/json.hpp"

namespace pindus {

/// Reads the part of YAML in which programs keep plain settings: mappings of one line a member,
/// indented by blanks, whose values are mappings or texts on the same line, plain or in quotes.
/// Anything else (lists, anchors, tags, text over several lines, ...) is refused, so that nothing
/// is ever understood in another way than by a whole reader. All values are texts; one that isn't
/// there is empty. The error ends a sentence that begins with the file's name ("line 3 begins a
/// list, ...") and quotes no value. Any thread.
[[nodiscard]] std::expected<Json, std::string> parse_plain_yaml(std::string_view text);

}  // namespace pindus
