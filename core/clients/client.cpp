#include "core/clients/client.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/fault.hpp"
#include "core/base/placeholders.hpp"
#include "core/base/programs.hpp"
#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"
#include "core/providers/manifest.hpp"
#include "core/providers/manifest_api.hpp"
#include "core/providers/manifest_checks.hpp"

namespace pindus {
namespace {

Objection check_commands(const Place& where, const Json& value) {
  if (auto objection = check_values(where, value)) return objection;
  for (const Json& name : *value.as_array()) {
    const std::string& text = *name.as_string();
    if (text.empty() || text.contains('/')) {
      return must_be(where, "a list of names of programs, without their folders");
    }
  }
  return std::nullopt;
}

// Everybody on the machine can read a command line.
Objection check_args(const Place& where, const Json& value) {
  if (auto objection = check_values(where, value)) return objection;
  const bool holds_key = std::ranges::any_of(*value.as_array(), [](const Json& arg) {
    const auto names = placeholders_in(*arg.as_string());
    return std::ranges::find(names, "key") != names.end();
  });
  if (holds_key) return fmt::format("{} must not hold {{key}}: others can read arguments", where);
  return std::nullopt;
}

Objection check_broker(const Place& where, const Json& value) {
  if (value.as_object() == nullptr) return must_be(where, "an object");
  return check_members(where, value, {{"env", check_assignments}, {"args", check_args}});
}

Objection check_needs(const Place& where, const Json& value) {
  if (value.as_object() == nullptr) return must_be(where, "an object");
  return check_members(where, value,
                       {{"env", check_assignments},
                        {"env_if_unset", check_assignments},
                        {"args", check_args},
                        {"broker", check_broker},
                        {"setup", check_setup}});
}

Objection check_methods_of_client(const Place& where, const Json& value) {
  return check_each(where, value, check_needs);
}

Objection check_provider(const Place& where, const Json& value) {
  if (value.as_object() == nullptr) return must_be(where, "an object");
  return check_members(where, value,
                       {{"env", check_assignments},
                        {"env_if_unset", check_assignments},
                        {"args", check_args},
                        {"setup", check_setup},
                        {"broker", check_broker},
                        {"only_if_named", check_boolean},
                        {"methods", check_methods_of_client},
                        {"remove", check_variables}});
}

Objection check_providers(const Place& where, const Json& value) {
  return check_each(where, value, check_provider);
}

ClientNeeds read_needs(const Json& json) {
  ClientNeeds needs{.env = named_texts(json.find("env")),
                    .env_if_unset = named_texts(json.find("env_if_unset")),
                    .args = texts(json.find("args"))};
  if (const Json* broker = json.find("broker")) {
    needs.broker_env = named_texts(broker->find("env"));
    needs.broker_args = texts(broker->find("args"));
  }
  if (const Json* setup = json.find("setup")) needs.setup = read_setup(*setup);
  return needs;
}

ClientProvider read_provider(const std::string& id, const Json& json) {
  ClientProvider provider{.id = folded_provider(id), .needs = read_needs(json)};
  const Json* only_if_named = json.find("only_if_named");
  provider.only_if_named = only_if_named != nullptr && *only_if_named->as_boolean();
  provider.remove = texts(json.find("remove"));
  if (const Json* methods = json.find("methods")) {
    for (const auto& [name, needs] : *methods->as_object()) {
      provider.methods.emplace(name, read_needs(needs));
    }
  }
  return provider;
}

}  // namespace

const ClientNeeds* ClientProvider::needs_by(AuthKind kind, std::string_view method) const {
  auto found = methods.find(method);
  if (found == methods.end()) found = methods.find(kind_name(kind));
  if (found != methods.end()) return &found->second;
  return methods.empty() ? &needs : nullptr;
}

ClientNeeds ClientProvider::needs_of(AuthKind kind, std::string_view method,
                                     const ApiMethod& api) const {
  const ClientNeeds* found = needs_by(kind, method);
  if (found == nullptr) return {};
  ClientNeeds result = *found;
  if (result.env.empty()) result.env = needs.env.empty() ? api.env : needs.env;
  if (result.broker_env.empty()) result.broker_env = needs.broker_env;
  if (result.broker_args.empty()) result.broker_args = needs.broker_args;
  return result;
}

std::set<std::string> ClientProvider::rivals() const {
  std::set<std::string> names(remove.begin(), remove.end());
  for (const auto& [unused, by_method] : methods) {
    for (const auto& [name, text] : by_method.env) names.insert(name);
  }
  return names;
}

const std::string& Client::command() const noexcept {
  return commands.empty() ? id : commands.front();
}

std::optional<std::filesystem::path> Client::installed(const Environment& environment) const {
  for (const std::string& name : commands) {
    if (auto program = find_program(name, environment)) return program;
  }
  return commands.empty() ? find_program(id, environment) : std::nullopt;
}

const ClientSetup* Client::setup_for(std::string_view provider, AuthKind kind,
                                     std::string_view method) const {
  const ClientSetup* found = &setup;
  if (!providers.empty()) {
    const ClientProvider* known = find_provider(provider);
    const ClientNeeds* needs = known == nullptr ? nullptr : known->needs_by(kind, method);
    if (needs == nullptr) return nullptr;
    if (needs->setup) {
      found = &*needs->setup;
    } else if (known->needs.setup) {
      found = &*known->needs.setup;
    }
  }
  return found->changes.empty() ? nullptr : found;
}

const ClientProvider* Client::find_provider(std::string_view provider) const noexcept {
  const auto found = std::ranges::find_if(
      providers, [&](const ClientProvider& p) { return same_provider(p.id, provider); });
  return found == providers.end() ? nullptr : &*found;
}

std::expected<ClientFile, std::string> parse_client(std::string_view text) {
  if (text.size() > manifest_size_limit) return std::unexpected("it is larger than 1 MiB");
  auto json = Json::parse(text);
  if (!json) return std::unexpected(std::move(json).error());
  std::vector<StrayMember> strays;
  const Place root(strays);
  Objection objection = check_head(root, *json, "client", "description of a client");
  if (!objection) objection = check_unique_names(*json);
  if (!objection) {
    objection = check_members(root, *json,
                              {{"client"},
                               {"id"},
                               {"label", check_line},
                               {"commands", check_commands},
                               {"providers", check_providers},
                               {"setup", check_setup},
                               {"own_sign_in", check_setup_files}});
  }
  if (objection) return std::unexpected(*std::move(objection));
  std::string id = ascii_lower(*json->find("id")->as_string());
  return ClientFile{std::move(id), *std::move(json), std::move(strays)};
}

Client read_client(const std::string& id, const Json& json) {
  Client client{.id = id,
                .label = id,
                .commands = texts(json.find("commands")),
                .own_sign_in = texts(json.find("own_sign_in"))};
  if (const Json* setup = json.find("setup")) client.setup = read_setup(*setup);
  if (const Json* label = json.find("label")) client.label = *label->as_string();
  if (const Json* providers = json.find("providers")) {
    for (const auto& [name, provider] : *providers->as_object()) {
      client.providers.push_back(read_provider(name, provider));
    }
  }
  return client;
}

}  // namespace pindus
