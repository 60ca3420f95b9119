#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pindus {

/// Small questions about texts that more than one folder asks. ASCII only, whatever the locale.

[[nodiscard]] constexpr char ascii_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] constexpr bool is_ascii_alphanumeric(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Whether a token of HTTP may hold it (RFC 9110, section 5.6.2).
[[nodiscard]] constexpr bool is_token_character(char c) noexcept {
  return is_ascii_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

/// `text` with A to Z as a to z.
[[nodiscard]] std::string ascii_lower(std::string_view text);

/// Whether two texts are the same but for the case of A to Z.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// Whether `text` has `part` in it, without case.
[[nodiscard]] bool contains_ignoring_case(std::string_view text, std::string_view part) noexcept;

/// `text` without blanks, tabs and line ends at its two ends; borrowed.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// The parts of `text` between any of `separators`, without empty ones; borrowed.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text,
                                                  std::string_view separators);

/// `word` as a POSIX shell takes it for one word: as it is, or in single quotes.
[[nodiscard]] std::string shell_word(std::string_view word);

/// How many insertions, deletions, replacements and swaps of neighbours lead from one text to the
/// other (optimal string alignment).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// Whether it is letters, digits and `_`, and begins with no digit: what a shell takes for the name
/// of a variable.
[[nodiscard]] bool is_variable_name(std::string_view name);

/// How far off a known name what was typed is; nothing where the two have too little in common. A
/// third may be wrong, and a beginning of at least three letters counts as one mistake. Both in one
/// case.
[[nodiscard]] std::optional<std::size_t> name_distance(std::string_view typed,
                                                       std::string_view name);

}  // namespace pindus
