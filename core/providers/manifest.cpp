#include "core/providers/manifest.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/base/fault.hpp"
#include "core/base/text.hpp"

namespace pindus {
namespace {

// Why a file isn't used; nothing while all is well.
using Objection = std::optional<std::string>;
using Check = Objection (*)(const std::string& where, const Json& value);

constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view digits = "0123456789";

bool consists_of(std::string_view text, std::initializer_list<std::string_view> sets) {
  return std::ranges::all_of(text, [&](char c) {
    return std::ranges::any_of(sets, [&](std::string_view set) { return set.contains(c); });
  });
}

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= manifest_id_limit && consists_of(id, {lower, digits, "._-"}) &&
         consists_of(id.substr(0, 1), {lower, digits});
}

// The name of an environment variable, or of a member of the vault's records.
bool is_identifier(std::string_view name) {
  const std::string folded = ascii_lower(name);
  return !name.empty() && name.size() <= 64 && consists_of(folded, {lower, digits, "_"}) &&
         !digits.contains(name[0]);
}

Objection must_be(const std::string& where, std::string_view what) {
  return fmt::format("{} must be {}", where, what);
}

Objection check_boolean(const std::string& where, const Json& value) {
  if (value.as_boolean() == nullptr) return must_be(where, "true or false");
  return std::nullopt;
}

Objection check_text(const std::string& where, const Json& value) {
  if (value.as_string() == nullptr) return must_be(where, "a string");
  return std::nullopt;
}

// For what is shown on a terminal.
Objection check_line(const std::string& where, const Json& value) {
  const std::string* text = value.as_string();
  if (text == nullptr || text->empty() || text->size() > 300 || printable(*text) != *text) {
    return must_be(where, "one line of text, at most 300 bytes");
  }
  return std::nullopt;
}

Objection check_url(const std::string& where, const Json& value) {
  const std::string* text = value.as_string();
  if (text == nullptr || !(text->starts_with("https://") || text->starts_with("http://"))) {
    return must_be(where, "an https address");
  }
  return check_line(where, value);
}

Objection check_variables(const std::string& where, const Json& value) {
  const auto* names = value.as_array();
  const auto is_variable = [](const Json& name) {
    return name.as_string() != nullptr && is_identifier(*name.as_string());
  };
  if (names == nullptr || !std::ranges::all_of(*names, is_variable)) {
    return must_be(where, "a list of names of environment variables");
  }
  return std::nullopt;
}

Objection check_library(const std::string& where, const Json& value) {
  const std::string* name = value.as_string();
  if (name == nullptr) return must_be(where, "a string");
  if (name->contains('/')) {
    return fmt::format("{} must be a bare file name, not a path (\"{}\")", where, printable(*name));
  }
  const bool plain = printable(*name) == *name && !name->starts_with('.') && name->size() <= 255;
  if (!plain || !name->ends_with(".so")) {
    return must_be(where, "the name of a shared object, ending in .so");
  }
  return std::nullopt;
}

Objection check_abi(const std::string& where, const Json& value) {
  const std::string* abi = value.as_string();
  const std::size_t dot = abi == nullptr ? std::string::npos : abi->find('.');
  const auto is_number = [](std::string_view text) {
    return !text.empty() && text.size() <= 4 && consists_of(text, {digits});
  };
  if (dot == std::string::npos || !is_number(std::string_view(*abi).substr(0, dot)) ||
      !is_number(std::string_view(*abi).substr(dot + 1))) {
    return must_be(where, "MAJOR.MINOR, like \"1.0\"");
  }
  return std::nullopt;
}

Objection check_options(const std::string& where, const Json& value) {
  const auto* options = value.as_object();
  if (options == nullptr) return must_be(where, "an object");
  for (const auto& [name, option] : *options) {
    if (!option.is_null() && option.as_string() == nullptr) {
      return must_be(fmt::format("{}/{}", where, name), "a string");
    }
  }
  return std::nullopt;
}

Objection check_question_name(const std::string& where, const Json& value) {
  // The answer is stored in the account's record beside these.
  constexpr std::array<std::string_view, 13> taken = {
      "kind",   "isDefault", "key",      "apiKey",      "access",       "refresh",  "expires",
      "apikey", "accountId", "clientId", "accessToken", "refreshToken", "expiresAt"};
  const std::string* name = value.as_string();
  if (name == nullptr || !is_identifier(*name)) {
    return must_be(where, "letters, digits and underscores, at most 64");
  }
  if (std::ranges::find(taken, *name) != taken.end()) {
    return fmt::format("{} can't be \"{}\": accounts have a member of that name", where, *name);
  }
  return std::nullopt;
}

Objection check_kind(const std::string& where, const Json& value) {
  const std::string* kind = value.as_string();
  if (kind == nullptr || (*kind != "host" && *kind != "text")) {
    return must_be(where, "\"host\" or \"text\"");
  }
  return std::nullopt;
}

struct Member {
  std::string_view name;
  Check check;
};

// Checks the members that are known. A null is no value: in a merge it removes one.
Objection check_members(const std::string& where, const Json& object,
                        std::initializer_list<Member> members) {
  for (const Member& member : members) {
    const Json* value = object.find(member.name);
    if (value == nullptr || value->is_null()) continue;
    if (auto objection = member.check(fmt::format("{}/{}", where, member.name), *value)) {
      return objection;
    }
  }
  return std::nullopt;
}

Objection check_questions(const std::string& where, const Json& value) {
  const auto* questions = value.as_array();
  if (questions == nullptr) return must_be(where, "a list");
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < questions->size(); ++i) {
    const Json& question = (*questions)[i];
    const std::string here = fmt::format("{}/{}", where, i);
    if (question.as_object() == nullptr) return must_be(here, "an object");
    if (auto objection = check_members(here, question,
                                       {{"name", check_question_name},
                                        {"ask", check_line},
                                        {"default", check_text},
                                        {"kind", check_kind}})) {
      return objection;
    }
    const Json* name = question.find("name");
    if (name == nullptr || name->is_null()) return fmt::format("{} has no name", here);
    if (!names.insert(*name->as_string()).second) {
      return fmt::format("{} asks for \"{}\" a second time", here, *name->as_string());
    }
  }
  return std::nullopt;
}

Objection check_method(const std::string& where, const Json& value) {
  if (value.as_object() == nullptr) return must_be(where, "an object");
  return check_members(where, value,
                       {{"library", check_library},
                        {"abi", check_abi},
                        {"options", check_options},
                        {"questions", check_questions}});
}

Objection check_methods(const std::string& where, const Json& value) {
  if (value.as_object() == nullptr) return must_be(where, "an object");
  return check_members(where, value, {{"oauth", check_method}, {"api-key", check_method}});
}

// A member that stands there twice would count or not, depending on who reads the file.
Objection check_unique_names(const Json& value) {
  if (const auto* array = value.as_array()) {
    for (const Json& item : *array) {
      if (auto objection = check_unique_names(item)) return objection;
    }
  } else if (const auto* object = value.as_object()) {
    std::set<std::string_view> names;
    for (const auto& [name, member] : *object) {
      if (!names.insert(name).second) {
        return fmt::format("it has the member \"{}\" twice", printable(name));
      }
      if (auto objection = check_unique_names(member)) return objection;
    }
  }
  return std::nullopt;
}

Objection check_head(const Json& json) {
  if (json.as_object() == nullptr) return "it must be a JSON object";
  const Json* format = json.find("manifest");
  if (format == nullptr) return "it has no \"manifest\": 1, so it isn't a provider manifest";
  const auto number = format->as_integer();
  if (number && *number > 1) {
    return fmt::format("it is of format {}, and this pindus reads format 1", *number);
  }
  if (number != 1 || format->dump() != "1") return must_be("/manifest", "the number 1");
  const Json* id = json.find("id");
  if (id == nullptr) return "it has no \"id\"";
  if (id->as_string() == nullptr || !is_id(ascii_lower(*id->as_string()))) {
    return must_be("/id",
                   "1 to 64 letters, digits, dots, underscores and hyphens, a letter or "
                   "digit first");
  }
  return std::nullopt;
}

std::vector<std::string> unknown_methods(const Json& json) {
  std::vector<std::string> unknown;
  const Json* methods = json.find("methods");
  if (methods == nullptr || methods->as_object() == nullptr) return unknown;
  for (const auto& [name, method] : *methods->as_object()) {
    if (name != "oauth" && name != "api-key") unknown.push_back(name);
  }
  return unknown;
}

}  // namespace

std::expected<Manifest, std::string> parse_manifest(std::string_view text) {
  if (text.size() > manifest_size_limit) return std::unexpected("it is larger than 1 MiB");
  auto json = Json::parse(text);
  if (!json) return std::unexpected(std::move(json).error());
  Objection objection = check_head(*json);
  if (!objection) objection = check_unique_names(*json);
  if (!objection) {
    objection = check_members("", *json,
                              {{"label", check_line},
                               {"env", check_variables},
                               {"docs_url", check_url},
                               {"enabled", check_boolean},
                               {"methods", check_methods}});
  }
  if (objection) return std::unexpected(*std::move(objection));

  Manifest manifest;
  manifest.id = ascii_lower(*json->find("id")->as_string());
  manifest.unknown_methods = unknown_methods(*json);
  manifest.json = *std::move(json);
  return manifest;
}

}  // namespace pindus
