#include <algorithm>

#include "core/base/text.hpp"
#include "core/providers/providers.hpp"

namespace pindus {
namespace {

// The id, the label, and the label's words: someone who types "claude" means Anthropic (Claude).
std::vector<std::string> names_of(const Provider& provider) {
  const std::string label = ascii_lower(provider.label);
  std::vector<std::string> names = {ascii_lower(provider.id), label};
  for (const std::string_view word : split(label, " ()/,")) names.emplace_back(word);
  return names;
}

}  // namespace

std::vector<std::string> ProviderDirectory::near_names(std::string_view id) const {
  constexpr std::size_t most = 3;
  const std::string typed = ascii_lower(id);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const Provider& provider : providers_) {
    std::optional<std::size_t> nearest;
    for (const std::string& name : names_of(provider)) {
      const auto distance = name_distance(typed, name);
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
