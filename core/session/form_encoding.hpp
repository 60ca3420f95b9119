#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/secret.hpp"

namespace pindus {

/// A "%" that isn't followed by two hexadecimal digits.
struct BrokenEscape {};

/// Appends `text` as application/x-www-form-urlencoded writes it (RFC 6749 appendix B).
void append_form_encoded(std::string& out, std::string_view text);

/// The first field of that name in an urlencoded text, decoded; nothing where it has none.
[[nodiscard]] std::expected<std::optional<Secret>, BrokenEscape> form_field(std::string_view form,
                                                                            std::string_view name);

}  // namespace pindus
