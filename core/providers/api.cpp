#include "core/providers/api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/base/placeholders.hpp"
#include "core/providers/provider.hpp"

namespace pindus {
namespace {

// Members of records that sign-ins store, beside the answers to questions.
constexpr std::array<std::string_view, 3> record_members = {"accountId", "baseUrl", "clientId"};

bool is_known(const Provider& provider, std::string_view name) {
  if (name == "key" || std::ranges::find(record_members, name) != record_members.end()) return true;
  return std::ranges::any_of(provider.methods, [&](const Method& method) {
    return std::ranges::find(method.questions, name, [](const Question& question) {
             return std::string_view(question.name);
           }) != method.questions.end();
  });
}

}  // namespace

ApiMethod api_of(const Provider& provider, AuthKind kind, std::string_view method) {
  const Api& api = provider.api;
  auto found = api.methods.find(method);
  if (found == api.methods.end()) found = api.methods.find(kind_name(kind));
  ApiMethod result = found == api.methods.end() ? ApiMethod() : found->second;
  if (result.base_url.empty()) result.base_url = api.base_url;
  if (result.check.empty()) result.check = api.check;
  if (result.allow.empty()) result.allow = api.allow;
  const bool is_token = kind == AuthKind::oauth;
  if (result.headers.empty() && is_token) result.headers = {{"Authorization", "Bearer {key}"}};
  if (result.env.empty() && !is_token && !provider.env.empty()) {
    result.env = {{provider.env.front(), "{key}"}};
  }
  return result;
}

std::vector<Reason> api_warnings(const Provider& provider) {
  std::set<std::string> unknown;
  const auto look = [&](std::string_view text) {
    for (const std::string_view name : placeholders_in(text)) {
      if (!is_known(provider, name)) unknown.emplace(name);
    }
  };
  look(provider.api.base_url);
  for (const auto& [unused, method] : provider.api.methods) {
    look(method.base_url);
    for (const auto& [name, value] : method.headers) look(value);
    for (const auto& [name, value] : method.env) look(value);
  }
  std::vector<Reason> warnings;
  for (const std::string& name : unknown) {
    warnings.push_back(
        {fmt::format("the api member of {} holds {{{}}}, which is no question's name "
                     "and nothing that sign-ins store",
                     provider.id, name),
         "use {key}, a question's name, {accountId} or {baseUrl}"});
  }
  return warnings;
}

}  // namespace pindus
