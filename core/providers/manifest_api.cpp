#include "core/providers/manifest_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/providers/manifest.hpp"

namespace pindus {
namespace {

// Beginning with a placeholder it is a whole address of the record's.
Objection check_base_url(const Place& where, const Json& value) {
  const std::string* text = value.as_string();
  const bool is_address =
      text != nullptr && is_plain_value(*text) && !text->contains(' ') &&
      (text->starts_with("https://") || text->starts_with("http://") || text->starts_with('{'));
  if (!is_address) return must_be(where, "an https address, or begin with a placeholder");
  if (text->ends_with('/')) return fmt::format("{} must not end in a slash", where);
  return std::nullopt;
}

bool is_path(std::string_view path) {
  return path.starts_with('/') && is_printable(path) && !path.contains(' ');
}

Objection check_request(const Place& where, const Json& value) {
  const std::string* text = value.as_string();
  const auto parts = text == nullptr ? std::vector<std::string_view>() : split(*text, " ");
  if (parts.size() != 2 || !is_call_method(parts[0]) || !is_path(parts[1])) {
    return must_be(where, "a method and a path, like \"GET /v1/models\"");
  }
  return std::nullopt;
}

Objection check_requests(const Place& where, const Json& value) {
  const auto* requests = value.as_array();
  if (requests == nullptr) return must_be(where, "a list");
  for (std::size_t i = 0; i < requests->size(); ++i) {
    if (auto objection = check_request(where / i, (*requests)[i])) {
      return objection;
    }
  }
  return std::nullopt;
}

Objection check_aliases(const Place& where, const Json& value) {
  const auto* paths = value.as_object();
  if (paths == nullptr) return must_be(where, "an object");
  for (const auto& [path, right] : *paths) {
    const std::string* text = right.as_string();
    const bool names_path = right.is_null() || (text != nullptr && is_path(*text));
    if (!is_path(path) || !names_path) {
      return must_be(where, "an object of paths, each beginning with a slash");
    }
  }
  return std::nullopt;
}

Objection check_header_names(const Place& where, const Json& value) {
  if (auto objection = check_values(where, value)) return objection;
  for (const Json& name : *value.as_array()) {
    if (!is_header_name(*name.as_string())) return must_be(where, "a list of names of headers");
  }
  return std::nullopt;
}

Objection check_error(const Place& where, const Json& value) {
  return value.as_object() == nullptr ? must_be(where, "an object") : std::nullopt;
}

Objection check_api_method(const Place& where, const Json& value) {
  if (value.as_object() == nullptr) return must_be(where, "an object");
  return check_members(where, value,
                       {{"base_url", check_base_url},
                        {"check", check_request},
                        {"headers", check_headers},
                        {"env", check_assignments},
                        {"allow", check_requests}});
}

Objection check_api_methods(const Place& where, const Json& value) {
  if (value.as_object() == nullptr) return must_be(where, "an object");
  for (const auto& [name, unused] : *value.as_object()) {
    if (is_method_name(name)) continue;
    return fmt::format("{} has a member named \"{}\", which no method can be", where,
                       printable(name, 80));
  }
  return check_each(where, value, check_api_method);
}

std::string text_at(const Json& object, std::string_view name) {
  const Json* value = object.find(name);
  return value == nullptr ? std::string() : *value->as_string();
}

}  // namespace

bool is_call_method(std::string_view name) {
  return std::ranges::find(call_methods, name) != call_methods.end();
}

Objection check_api(const Place& where, const Json& value) {
  if (value.as_object() == nullptr) return must_be(where, "an object");
  return check_members(where, value,
                       {{"base_url", check_base_url},
                        {"methods", check_api_methods},
                        {"check", check_request},
                        {"allow", check_requests},
                        {"anonymous", check_requests},
                        {"alias", check_aliases},
                        {"upgrade", check_boolean},
                        {"list_headers", check_header_names},
                        {"address_env", check_assignments},
                        {"error", check_error},
                        {"headers", nullptr, "methods/NAME/headers"},
                        {"env", nullptr, "methods/NAME/env"}});
}

NamedTexts named_texts(const Json* object) {
  NamedTexts named;
  if (object == nullptr) return named;
  for (const auto& [name, text] : *object->as_object()) named.emplace_back(name, *text.as_string());
  return named;
}

std::vector<std::string> texts(const Json* array) {
  std::vector<std::string> all;
  if (array == nullptr) return all;
  for (const Json& text : *array->as_array()) all.push_back(*text.as_string());
  return all;
}

Api read_api(const Json& value) {
  Api api{.base_url = text_at(value, "base_url"),
          .check = text_at(value, "check"),
          .allow = texts(value.find("allow")),
          .anonymous = texts(value.find("anonymous")),
          .alias = named_texts(value.find("alias")),
          .list_headers = texts(value.find("list_headers")),
          .address_env = named_texts(value.find("address_env"))};
  if (const Json* error = value.find("error")) api.error = error->dump();
  const Json* upgrade = value.find("upgrade");
  api.upgrade = upgrade != nullptr && *upgrade->as_boolean();
  if (const Json* methods = value.find("methods")) {
    for (const auto& [name, method] : *methods->as_object()) {
      api.methods.emplace(name, ApiMethod{.base_url = text_at(method, "base_url"),
                                          .check = text_at(method, "check"),
                                          .headers = named_texts(method.find("headers")),
                                          .env = named_texts(method.find("env")),
                                          .allow = texts(method.find("allow"))});
    }
  }
  return api;
}

}  // namespace pindus
