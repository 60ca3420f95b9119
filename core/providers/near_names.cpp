#include <algorithm>

#include "core/providers/manifest.hpp"
#include "core/providers/providers.hpp"

namespace pindus {
namespace {

// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours.
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

// The id, the label, and the label's words: someone who types "claude" means Anthropic (Claude).
std::vector<std::string> names_of(const Provider& provider) {
  std::vector<std::string> names = {folded_id(provider.id), folded_id(provider.label)};
  std::string word;
  for (const char c : names[1] + " ") {
    if (std::string_view(" ()/,").contains(c)) {
      if (!word.empty()) names.push_back(word);
      word.clear();
    } else {
      word += c;
    }
  }
  return names;
}

// How far off what was typed is; nothing where the two have too little in common. A third may be
// wrong, and a beginning of at least three letters counts as one mistake.
std::optional<std::size_t> distance_of_name(std::string_view typed, std::string_view name) {
  if (typed.size() >= 3 && name.starts_with(typed)) return name == typed ? 0 : 1;
  const std::size_t distance = edit_distance(typed, name);
  if (distance * 3 > std::max(typed.size(), name.size())) return std::nullopt;
  return distance;
}

}  // namespace

std::vector<std::string> ProviderDirectory::near_names(std::string_view id) const {
  constexpr std::size_t longest_that_is_compared = 100;
  constexpr std::size_t most = 3;
  if (id.size() > longest_that_is_compared) return {};
  const std::string typed = folded_id(id);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const Provider& provider : providers_) {
    std::optional<std::size_t> nearest;
    for (const std::string& name : names_of(provider)) {
      const auto distance = distance_of_name(typed, name);
      if (distance && (!nearest || *distance < *nearest)) nearest = distance;
    }
    if (nearest) near.emplace_back(*nearest, provider.id);
  }
  std::ranges::sort(near);
  std::vector<std::string> ids;
  for (auto& [distance, name] : near) {
    if (ids.size() < most) ids.push_back(std::move(name));
  }
  return ids;
}

}  // namespace pindus
