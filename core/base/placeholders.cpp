#include "core/base/placeholders.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace pindus {
namespace {

struct Placeholder {
  std::size_t begin;  // of its brace
  std::string_view name;
};

// The first one at or behind `from`; nothing where there is none.
std::optional<Placeholder> next_placeholder(std::string_view text, std::size_t from) {
  for (auto close = text.find('}', from); close != text.npos; close = text.find('}', close + 1)) {
    // The last brace before it: one that opens nothing stands for itself.
    const auto open = text.substr(0, close).rfind('{');
    if (open == text.npos || open < from) continue;
    const std::string_view name = text.substr(open + 1, close - open - 1);
    const bool is_name = !name.empty() && std::ranges::all_of(name, [](char c) {
      return is_ascii_alphanumeric(c) || c == '_';
    });
    if (is_name) return Placeholder{open, name};
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string_view> placeholders_in(std::string_view text) {
  std::vector<std::string_view> names;
  std::size_t from = 0;
  while (const auto found = next_placeholder(text, from)) {
    if (std::ranges::find(names, found->name) == names.end()) names.push_back(found->name);
    from = found->begin + found->name.size() + 2;
  }
  return names;
}

SecretText filled_in(
    std::string_view text,
    const std::function<std::optional<SecretText>(std::string_view name)>& value_of) {
  SecretText filled;
  std::size_t copied = 0;
  while (const auto found = next_placeholder(text, copied)) {
    const std::size_t end = found->begin + found->name.size() + 2;
    const auto value = value_of(found->name);
    filled.append(text.substr(copied, (value ? found->begin : end) - copied));
    if (value) filled.append(*value);
    copied = end;
  }
  return filled.append(text.substr(copied));
}

}  // namespace pindus
