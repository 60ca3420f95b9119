#include "core/discovery/discovered_manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include <pindus/plugin.h>

#include "core/bare/account_choice.hpp"
#include "core/base/json.hpp"
#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"
#include "core/discovery/registration.hpp"
#include "core/providers/manifest_api.hpp"
#include "core/vault/text_file.hpp"

namespace pindus::discovery {
namespace {

constexpr std::string_view offline_access = "offline_access";

std::string text_behind(const Json& json, std::string_view pointer) {
  const std::string* text = json.text_at(pointer);
  return text == nullptr ? std::string() : *text;
}

bool has_word(std::string_view words, std::string_view word) {
  const auto all = split(words, " ");
  return std::ranges::find(all, word) != all.end();
}

// Some authorization endpoints have the parameter already, and two mean two resources.
std::string without_resource(std::string_view address) {
  const std::size_t question = address.find('?');
  if (question == address.npos) return std::string(address);
  std::string kept;
  for (const std::string_view parameter : split(address.substr(question + 1), "&")) {
    if (parameter.substr(0, parameter.find('=')) == "resource") continue;
    kept += kept.empty() ? '?' : '&';
    kept += parameter;
  }
  return std::string(address.substr(0, question)) + kept;
}

// Path and query, of which a request has at least a slash.
std::string path_of(std::string_view address) {
  std::string path(address.substr(size_without_case(address)));
  path.resize(std::min(path.find('?'), path.size()));
  return path.empty() ? "/" : path;
}

// "https://mcp.example.com:8443/mcp" as MCP_EXAMPLE_COM_8443_TOKEN.
std::string variable_of(std::string_view address) {
  constexpr std::size_t longest = 58;  // with its end 64
  const std::size_t scheme = address.find("://") + 3;
  std::string name;
  for (const char c : address.substr(scheme, size_without_case(address) - scheme)) {
    name += bare::variable_character(c);
  }
  if (name.front() >= '0' && name.front() <= '9') name.insert(0, "_");
  name.resize(std::min(name.size(), longest));
  return name + "_TOKEN";
}

class Options {
 public:
  void add(std::string_view name, std::string_view value) {
    if (!value.empty()) options_.emplace_back(name, Json(std::string(value)));
  }
  [[nodiscard]] Json json() && { return Json(std::move(options_)); }

 private:
  Json::Object options_;
};

void add_common(Options& options, const FoundServer& found, const OAuthClient& client,
                std::string_view scope) {
  const ServerMetadata& server = found.server;
  options.add("client_id", client.id);
  options.add("token_auth", client.token_auth);
  options.add("token_url", server.token_endpoint);
  options.add("revoke_url", server.revocation_endpoint);
  options.add("resource", found.resource);
  options.add("scope", scope);
}

Json method_json(std::string_view library, Options options, std::string_view label) {
  Json::Object method{{"kind", Json("oauth")}};
  if (!label.empty()) method.emplace_back("label", Json(std::string(label)));
  method.emplace_back("library", Json(std::string(library)));
  method.emplace_back("abi", Json("1.0"));
  method.emplace_back("options", std::move(options).json());
  return Json(std::move(method));
}

Json methods_json(const FoundServer& found, const OAuthClient& client, std::string_view scope) {
  const ServerMetadata& server = found.server;
  Json::Object methods;
  if (!server.authorization_endpoint.empty()) {
    Options options;
    add_common(options, found, client, scope);
    options.add("authorize_url", without_resource(server.authorization_endpoint));
    options.add("redirect_uri", redirect_uri);
    // OpenID Connect Core, section 11: offline_access without it is ignored.
    if (has_word(scope, offline_access)) options.add("prompt", "consent");
    options.add("issuer", found.issuer());
    if (server.says_iss) options.add("iss_required", "true");
    methods.emplace_back("oauth", method_json("pkce.so", std::move(options), ""));
  }
  if (!server.device_authorization_endpoint.empty()) {
    Options options;
    add_common(options, found, client, scope);
    options.add("device_code_url", server.device_authorization_endpoint);
    methods.emplace_back("device", method_json("device.so", std::move(options), "device code"));
  }
  return Json(std::move(methods));
}

// All that lies below the address, since the token is for that.
Json api_json(const FoundServer& found) {
  const std::string address = folded_provider(found.address);
  const std::string path = path_of(address);
  std::vector<std::string> allow;
  for (const std::string_view method : call_methods) {
    allow.emplace_back(fmt::format("{} {}", method, path));
    allow.emplace_back(fmt::format("{} {}{}*", method, path, path.ends_with('/') ? "" : "/"));
  }
  const Json headers(Json::Object{{"Authorization", Json("Bearer {key}")}});
  const Json env(Json::Object{{variable_of(address), Json("{key}")}});
  const Json oauth(Json::Object{{"headers", headers}, {"env", env}});
  return Json(Json::Object{{"base_url", Json(address.substr(0, size_without_case(address)))},
                           {"methods", Json(Json::Object{{"oauth", oauth}})},
                           {"allow", text_list(allow)}});
}

std::string label_of(const FoundServer& found) {
  std::string name = printable(trimmed(found.name), 100);
  if (!name.empty()) return name;
  const std::string_view address = found.address;
  return printable(address.substr(address.find("://") + 3), 100);
}

Json notes_json(const FoundServer& found, const std::string& network) {
  Json::Object notes{{"server", Json(found.identifier)}, {"issuer", Json(found.issuer())}};
  if (found.is_exception) {
    notes.emplace_back("allowed_issuer", Json(found.issuer()));
    notes.emplace_back("reason",
                       Json(fmt::format("{} calls itself {}, and a person said that it may",
                                        found.identifier, found.issuer())));
  }
  notes.emplace_back("network", Json(network));
  return Json(std::move(notes));
}

}  // namespace

std::optional<DiscoveredNotes> notes_of(const Provider& provider) {
  const auto file = std::ranges::find(provider.files, Layer::discovered, &ManifestFile::layer);
  if (file == provider.files.end()) return std::nullopt;
  return DiscoveredNotes{
      .server = text_behind(provider.merged, "/discovered/server"),
      .allowed_issuer = text_behind(provider.merged, "/discovered/allowed_issuer"),
      .file = file->path};
}

std::string choose_scope(const FoundServer& found, std::string_view granted,
                         std::string_view wanted) {
  std::string scope;
  if (!wanted.empty()) {
    scope = united_scopes(united_scopes(granted, found.challenged_scope), wanted);
  } else if (!found.challenged_scope.empty()) {
    scope = found.challenged_scope;
  } else {
    for (const std::string& one : found.resource_scopes) scope = united_scopes(scope, one);
  }
  const auto& known = found.server.scopes_supported;
  const bool is_openid = std::ranges::find(known, "openid") != known.end();
  // An address that is a server's own asks for nothing by itself.
  if (scope.empty() && found.resource.empty() && is_openid) scope = "openid";
  if (std::ranges::find(known, offline_access) != known.end()) {
    scope = united_scopes(scope, offline_access);
  }
  return scope;
}

std::string discovered_manifest(const FoundServer& found, const OAuthClient& client,
                                std::string_view scope, const std::string& network) {
  return Json(Json::Object{{"manifest", Json(std::int64_t{1})},
                           {"id", Json(found.address)},
                           {"label", Json(label_of(found))},
                           {"discovered", notes_json(found, network)},
                           {"methods", methods_json(found, client, scope)},
                           {"api", api_json(found)}})
             .dump() +
         "\n";
}

Result<std::filesystem::path> manifest_file(const std::filesystem::path& profile,
                                            std::string_view address, Services& services) {
  const auto digest = services.digest(PINDUS_DIGEST_SHA256, folded_provider(address));
  if (!digest) return std::unexpected(sign_in_fault(digest.error().why));
  std::string name;
  for (const char byte : digest->view()) {
    name += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return profile / "discovered" / (name + ".json");
}

Result<void> write_manifest(const std::filesystem::path& file, std::string_view text) {
  const TextFile before = TRY(read_text_file(file));
  if (before.content() == text) return {};
  TRY(replace_text_file(before, text, NewFileMode::private_));
  return {};
}

}  // namespace pindus::discovery
