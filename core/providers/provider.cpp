#include "core/providers/provider.hpp"

#include <algorithm>

namespace pindus {

std::string_view layer_name(Layer layer) noexcept {
  switch (layer) {
    case Layer::vendor: return "vendor";
    case Layer::administrator: return "administrator";
    case Layer::discovered: return "discovered";
    case Layer::user: return "user";
    case Layer::environment: return "environment";
    case Layer::command_line: return "command line";
  }
  return "vendor";
}

std::string_view kind_name(AuthKind kind) noexcept {
  return kind == AuthKind::oauth ? "oauth" : "api-key";
}

std::optional<AuthKind> kind_named(std::string_view name) noexcept {
  for (const AuthKind kind : {AuthKind::oauth, AuthKind::api_key}) {
    if (name == kind_name(kind)) return kind;
  }
  return std::nullopt;
}

std::string_view Method::option(std::string_view wanted) const noexcept {
  const auto found = options.find(wanted);
  return found == options.end() ? std::string_view{} : found->second;
}

const Method* Provider::method(AuthKind kind) const noexcept {
  const auto found = std::ranges::find(methods, kind, &Method::kind);
  return found == methods.end() ? nullptr : &*found;
}

const Method* Provider::noted_method(AuthKind kind, std::string_view name) const noexcept {
  if (name.empty()) return method(kind);
  const auto found = std::ranges::find_if(
      methods, [&](const Method& m) { return m.kind == kind && m.name == name; });
  return found == methods.end() ? nullptr : &*found;
}

const Method* Provider::asked_method(std::string_view name) const noexcept {
  const auto named = std::ranges::find(methods, name, &Method::name);
  if (named != methods.end()) return &*named;
  const auto kind = kind_named(name);
  if (!kind) return nullptr;
  const auto usable = std::ranges::find_if(
      methods, [&](const Method& m) { return m.kind == *kind && m.available(); });
  return usable == methods.end() ? method(*kind) : &*usable;
}

std::string_view Provider::noted_name(const Method& method) const noexcept {
  const Method* first = this->method(method.kind);
  return first == nullptr || first->name == method.name ? std::string_view() : method.name;
}

}  // namespace pindus
