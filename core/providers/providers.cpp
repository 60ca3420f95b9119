#include "core/providers/providers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/text.hpp"

namespace pindus {

ProviderDirectory::ProviderDirectory(std::vector<Provider> providers,
                                     std::vector<DirectoryWarning> warnings)
    : providers_(std::move(providers)), warnings_(std::move(warnings)) {
  std::ranges::sort(providers_, {},
                    [](const Provider& provider) { return ascii_lower(provider.id); });
}

const Provider* ProviderDirectory::find_provider(std::string_view id) const noexcept {
  const auto found = std::ranges::find_if(
      providers_, [&](const Provider& provider) { return equal_ignoring_case(provider.id, id); });
  return found == providers_.end() ? nullptr : &*found;
}

Result<const Provider*> ProviderDirectory::require_provider(std::string_view id) const {
  if (const Provider* found = find_provider(id)) return found;
  const auto near = near_names(id);
  return fail(FaultKind::unknown_provider,
              fmt::format("no manifest describes \"{}\"", printable(id, 80)),
              near.empty() ? std::string("pindus plugin list")
                           : fmt::format("did you mean {}?", fmt::join(near, " or ")));
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
