#include "core/providers/providers.hpp"

#include <algorithm>

#include "core/providers/manifest.hpp"

namespace pindus {

ProviderDirectory::ProviderDirectory(std::vector<Provider> providers,
                                     std::vector<DirectoryWarning> warnings)
    : providers_(std::move(providers)), warnings_(std::move(warnings)) {
  std::ranges::sort(providers_, {},
                    [](const Provider& provider) { return folded_id(provider.id); });
}

const Provider* ProviderDirectory::find_provider(std::string_view id) const noexcept {
  const auto found = std::ranges::find_if(
      providers_, [&](const Provider& provider) { return same_provider(provider.id, id); });
  return found == providers_.end() ? nullptr : &*found;
}

std::vector<LoginChoice> list_login_providers(const ProviderDirectory& directory) {
  std::vector<LoginChoice> choices;
  for (const AuthKind kind : {AuthKind::oauth, AuthKind::api_key}) {
    for (const Provider& provider : directory.providers()) {
      const Method* method = provider.method(kind);
      if (provider.enabled && method != nullptr && method->available()) {
        choices.push_back({&provider, kind});
      }
    }
  }
  return choices;
}

}  // namespace pindus
