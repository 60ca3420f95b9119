#include "core/discovery/metadata.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/fault.hpp"
#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"

namespace pindus::discovery {
namespace {

constexpr std::size_t longest_list = 500;
constexpr std::size_t longest_text = 2048;

// Throws the end of a sentence where a member isn't what it has to be.
struct Malformed {
  std::string why;
};

class Members {
 public:
  explicit Members(std::string_view text) : json_(parse(text)) {}

  [[nodiscard]] std::string text(std::string_view name) const {
    const Json* value = member(name);
    if (value == nullptr) return {};
    const std::string* text = value->as_string();
    if (text == nullptr || text->size() > longest_text || !is_printable(*text)) {
      throw Malformed{fmt::format("has a \"{}\" that is no text of at most 2048 bytes", name)};
    }
    return *text;
  }

  [[nodiscard]] std::string address(std::string_view name) const {
    std::string found = text(name);
    if (!found.empty()) check_address(name, found);
    return found;
  }

  [[nodiscard]] std::vector<std::string> addresses(std::string_view name) const {
    std::vector<std::string> all = texts(name);
    for (const std::string& one : all) check_address(name, one);
    return all;
  }

  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const {
    std::vector<std::string> all;
    const Json* value = member(name);
    if (value == nullptr) return all;
    const auto* list = value->as_array();
    if (list == nullptr || list->size() > longest_list) {
      throw Malformed{fmt::format("has a \"{}\" that is no list", name)};
    }
    for (const Json& one : *list) {
      const std::string* text = one.as_string();
      if (text == nullptr || text->size() > longest_text || !is_printable(*text)) {
        throw Malformed{fmt::format("has a \"{}\" that isn't a list of texts", name)};
      }
      all.push_back(*text);
    }
    return all;
  }

  // One that couldn't be asked for is none.
  [[nodiscard]] std::vector<std::string> scopes(std::string_view name) const {
    std::vector<std::string> all = texts(name);
    std::erase_if(all, [](const std::string& one) { return one.contains(' ') || !is_scope(one); });
    return all;
  }

  [[nodiscard]] bool flag(std::string_view name) const {
    const Json* value = member(name);
    const bool* flag = value == nullptr ? nullptr : value->as_boolean();
    return flag != nullptr && *flag;
  }

 private:
  static Json parse(std::string_view text) {
    if (text.size() > document_limit) throw Malformed{"is larger than 64 KiB"};
    auto json = Json::parse(text);
    if (!json || json->as_object() == nullptr) throw Malformed{"is not a JSON object"};
    return *std::move(json);
  }

  [[nodiscard]] const Json* member(std::string_view name) const {
    const Json* value = json_.find(name);
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  static void check_address(std::string_view name, const std::string& text) {
    if (is_address_id(text)) return;
    throw Malformed{fmt::format("has a \"{}\" that is no http or https address", name)};
  }

  Json json_;
};

template <typename Read>
auto read(const Read& document) -> std::expected<decltype(document()), std::string> {
  try {
    return document();
  } catch (Malformed& malformed) {
    return std::unexpected(std::move(malformed.why));
  }
}

struct AddressParts {
  std::string_view origin;
  std::string_view path;
  std::string_view query;
};

AddressParts parts_of(std::string_view address) {
  const std::size_t end = size_without_case(address);
  AddressParts parts{.origin = address.substr(0, end), .path = address.substr(end), .query = {}};
  const std::size_t question = std::min(parts.path.find('?'), parts.path.size());
  parts.query = parts.path.substr(question);
  parts.path = parts.path.substr(0, question);
  // RFC 9728, section 3.1, and RFC 8414, section 3.1: behind the host a slash alone is none.
  if (parts.path == "/") parts.path = {};
  return parts;
}

}  // namespace

std::expected<ResourceMetadata, std::string> parse_resource_metadata(std::string_view json) {
  return read([&] {
    const Members members(json);
    ResourceMetadata metadata{.resource = members.address("resource"),
                              .authorization_servers = members.addresses("authorization_servers"),
                              .scopes_supported = members.scopes("scopes_supported"),
                              .name = members.text("resource_name")};
    if (metadata.resource.empty()) throw Malformed{"names no \"resource\""};
    return metadata;
  });
}

std::expected<ServerMetadata, std::string> parse_server_metadata(std::string_view json) {
  return read([&] {
    const Members members(json);
    ServerMetadata metadata{
        .issuer = members.address("issuer"),
        .authorization_endpoint = members.address("authorization_endpoint"),
        .token_endpoint = members.address("token_endpoint"),
        .registration_endpoint = members.address("registration_endpoint"),
        .revocation_endpoint = members.address("revocation_endpoint"),
        .device_authorization_endpoint = members.address("device_authorization_endpoint"),
        .scopes_supported = members.scopes("scopes_supported"),
        .grant_types_supported = members.texts("grant_types_supported"),
        .token_endpoint_auth_methods_supported =
            members.texts("token_endpoint_auth_methods_supported"),
        .code_challenge_methods_supported = members.texts("code_challenge_methods_supported"),
        .says_iss = members.flag("authorization_response_iss_parameter_supported"),
        .takes_client_documents = members.flag("client_id_metadata_document_supported")};
    if (metadata.issuer.empty()) throw Malformed{"names no \"issuer\""};
    if (metadata.token_endpoint.empty()) throw Malformed{"names no \"token_endpoint\""};
    return metadata;
  });
}

std::vector<std::string> resource_metadata_places(std::string_view address) {
  constexpr std::string_view well_known = "/.well-known/oauth-protected-resource";
  const AddressParts parts = parts_of(address);
  std::vector<std::string> places;
  if (!parts.path.empty() || !parts.query.empty()) {
    places.push_back(fmt::format("{}{}{}{}", parts.origin, well_known, parts.path, parts.query));
  }
  places.push_back(fmt::format("{}{}", parts.origin, well_known));
  return places;
}

std::vector<std::string> server_metadata_places(std::string_view issuer) {
  constexpr std::string_view oauth = "/.well-known/oauth-authorization-server";
  constexpr std::string_view openid = "/.well-known/openid-configuration";
  AddressParts parts = parts_of(issuer);
  if (parts.path.ends_with('/')) parts.path.remove_suffix(1);
  std::vector<std::string> places = {fmt::format("{}{}{}", parts.origin, oauth, parts.path),
                                     fmt::format("{}{}{}", parts.origin, openid, parts.path)};
  if (!parts.path.empty()) {
    places.push_back(fmt::format("{}{}{}", parts.origin, parts.path, openid));
  }
  return places;
}

bool is_scope(std::string_view text) {
  if (text.empty() || text.starts_with(' ') || text.ends_with(' ') || text.contains("  ")) {
    return false;
  }
  return std::ranges::all_of(text,
                             [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

std::string united_scopes(std::string_view a, std::string_view b) {
  std::vector<std::string_view> all = split(a, " ");
  for (const std::string_view one : split(b, " ")) all.push_back(one);
  std::string united;
  for (auto one = all.begin(); one != all.end(); ++one) {
    if (std::find(all.begin(), one, *one) != one) continue;
    if (!united.empty()) united += ' ';
    united += *one;
  }
  return united;
}

}  // namespace pindus::discovery
