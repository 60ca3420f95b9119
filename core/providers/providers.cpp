#include "core/providers/providers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"

namespace pindus {

const Reason* Refusals::find(std::string_view id) const {
  const auto found = by_provider.find(folded_provider(id));
  if (found != by_provider.end()) return &found->second;
  if (of_addresses && begins_as_address(id)) return &*of_addresses;
  return of_all ? &*of_all : nullptr;
}

ProviderDirectory::ProviderDirectory(std::vector<Provider> providers,
                                     std::vector<DirectoryWarning> warnings, Refusals refusals)
    : providers_(std::move(providers)),
      warnings_(std::move(warnings)),
      refusals_(std::move(refusals)) {
  std::ranges::sort(providers_, {},
                    [](const Provider& provider) { return folded_provider(provider.id); });
  for (Provider& provider : providers_) {
    if (const Reason* why = refusals_.find(provider.id)) provider.refused = *why;
  }
}

const Provider* ProviderDirectory::find_provider(std::string_view id) const noexcept {
  const auto found = std::ranges::find_if(
      providers_, [&](const Provider& provider) { return same_provider(provider.id, id); });
  return found == providers_.end() ? nullptr : &*found;
}

Result<const Provider*> ProviderDirectory::require_provider(std::string_view id) const {
  if (const Provider* found = find_provider(id)) return found;
  if (const Reason* refused = refusals_.find(id)) {
    return std::unexpected(refused_provider(*refused));
  }
  if (is_address_id(id)) {
    return fail(FaultKind::unknown_provider,
                fmt::format("nobody has signed in at {} here", printable(id, 300)),
                fmt::format("pindus signin {}", shell_word(id)));
  }
  const auto near = near_names(id);
  return fail(FaultKind::unknown_provider,
              fmt::format("no manifest describes \"{}\"", printable(id, 80)),
              near.empty() ? std::string("pindus plugin list")
                           : fmt::format("did you mean {}?", fmt::join(near, " or ")));
}

CredentialFault refused_provider(Reason why) {
  return {FaultKind::unknown_provider, "Provider is refused", std::move(why.message),
          std::move(why.hint)};
}

std::vector<LoginChoice> list_login_providers(const ProviderDirectory& directory) {
  std::vector<LoginChoice> choices;
  for (const AuthKind kind : {AuthKind::oauth, AuthKind::api_key}) {
    for (const Provider& provider : directory.providers()) {
      if (!provider.enabled || provider.refused) continue;
      for (const Method& method : provider.methods) {
        if (method.kind == kind && method.available()) choices.push_back({&provider, &method});
      }
    }
  }
  return choices;
}

}  // namespace pindus
