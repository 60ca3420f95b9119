#include "core/directory/provider_directory.hpp"

#include <algorithm>

#include "core/directory/manifest.hpp"

namespace pindus {

std::string_view layer_name(Layer layer) noexcept {
  switch (layer) {
    case Layer::vendor: return "vendor";
    case Layer::administrator: return "administrator";
    case Layer::user: return "user";
    case Layer::environment: return "environment";
    case Layer::command_line: return "command line";
  }
  return "vendor";
}

std::string_view method_name(AuthKind kind) noexcept {
  return kind == AuthKind::oauth ? "oauth" : "api-key";
}

bool same_provider(std::string_view a, std::string_view b) noexcept {
  const auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : int{c}; };
  return std::ranges::equal(a, b, {}, fold, fold);
}

std::string_view Method::option(std::string_view name) const noexcept {
  const auto found = options.find(name);
  return found == options.end() ? std::string_view{} : found->second;
}

const Method* Provider::method(AuthKind kind) const noexcept {
  const auto found = std::ranges::find(methods, kind, &Method::kind);
  return found == methods.end() ? nullptr : &*found;
}

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
