#include "core/base/text.hpp"

#include <algorithm>

#include "core/bare/text.hpp"

namespace pindus {

std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return ascii_lower(c); });
  return lower;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return bare::equal_ignoring_case({a.data(), a.size()}, {b.data(), b.size()});
}

bool contains_ignoring_case(std::string_view text, std::string_view part) noexcept {
  const auto same = [](char a, char b) { return ascii_lower(a) == ascii_lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find_first_of(separators));
    if (!part.empty()) parts.push_back(part);
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return parts;
}

std::string shell_word(std::string_view word) {
  constexpr std::string_view plain_marks = "-_./:@%+=,";
  const bool plain = !word.empty() && std::ranges::all_of(word, [&](char c) {
    return is_ascii_alphanumeric(c) || plain_marks.contains(c);
  });
  if (plain) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + '\'';
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::ranges::all_of(name, [](char c) { return is_ascii_alphanumeric(c) || c == '_'; });
}

std::optional<std::size_t> name_distance(std::string_view typed, std::string_view name) {
  constexpr std::size_t longest_that_is_compared = 100;
  if (typed.size() > longest_that_is_compared) return std::nullopt;
  if (typed.size() >= 3 && name.starts_with(typed)) return name == typed ? 0 : 1;
  const std::size_t distance = edit_distance(typed, name);
  if (distance * 3 > std::max(typed.size(), name.size())) return std::nullopt;
  return distance;
}

}  // namespace pindus
