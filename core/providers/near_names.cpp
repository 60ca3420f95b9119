#include "core/base/near_names.hpp"

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
  NearNames near(id);
  for (const Provider& provider : providers_) {
    for (const std::string& name : names_of(provider)) near.consider(name, provider.id);
  }
  return near.best(3);
}

}  // namespace pindus
