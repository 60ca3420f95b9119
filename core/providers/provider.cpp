#include "core/providers/provider.hpp"

#include <algorithm>

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

std::string_view Method::option(std::string_view name) const noexcept {
  const auto found = options.find(name);
  return found == options.end() ? std::string_view{} : found->second;
}

const Method* Provider::method(AuthKind kind) const noexcept {
  const auto found = std::ranges::find(methods, kind, &Method::kind);
  return found == methods.end() ? nullptr : &*found;
}

}  // namespace pindus
