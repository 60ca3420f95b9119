#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pindus {

/// Escapes of a "%" and two hexadecimal digits (RFC 3986 section 2.1).

/// Appends the escape of a byte: "%2F".
void append_percent_escape(std::string& out, char byte);

/// Every byte but RFC 3986's unreserved characters as its escape.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// The reverse; nothing where a "%" isn't followed by two hexadecimal digits. `plus` is what a "+"
/// stands for: a blank in a form, itself elsewhere.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text, char plus = '+');

}  // namespace pindus
