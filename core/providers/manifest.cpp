#include "core/providers/manifest.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/base/fault.hpp"
#include "core/base/provider_id.hpp"
#include "core/base/record_members.hpp"
#include "core/base/text.hpp"
#include "core/providers/manifest_api.hpp"
#include "core/providers/manifest_checks.hpp"

namespace pindus {
namespace {

Objection check_library(const Place& where, const Json& value) {
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

Objection check_abi(const Place& where, const Json& value) {
  const std::string* abi = value.as_string();
  const std::size_t dot = abi == nullptr ? std::string::npos : abi->find('.');
  const auto is_number = [](std::string_view text) {
    return !text.empty() && text.size() <= 4 && consists_of(text, {decimal_digits});
  };
  if (dot == std::string::npos || !is_number(std::string_view(*abi).substr(0, dot)) ||
      !is_number(std::string_view(*abi).substr(dot + 1))) {
    return must_be(where, "MAJOR.MINOR, like \"1.0\"");
  }
  return std::nullopt;
}

Objection check_options(const Place& where, const Json& value) {
  const auto* options = value.as_object();
  if (options == nullptr) return must_be(where, "an object");
  for (const auto& [name, option] : *options) {
    if (!option.is_null() && option.as_string() == nullptr) {
      return must_be(where / name, "a string");
    }
  }
  return std::nullopt;
}

Objection check_question_name(const Place& where, const Json& value) {
  // The answer is stored in the account's record beside these, and what the host keeps there.
  constexpr std::array<std::string_view, 3> taken = {"access", "refresh", "accountId"};
  const std::string* name = value.as_string();
  if (name == nullptr || !is_identifier(*name)) {
    return must_be(where, "letters, digits and underscores, at most 64");
  }
  if (is_host_member(*name) || std::ranges::find(taken, *name) != taken.end()) {
    return fmt::format("{} can't be \"{}\": accounts have a member of that name", where, *name);
  }
  return std::nullopt;
}

Objection check_kind(const Place& where, const Json& value) {
  const std::string* kind = value.as_string();
  if (kind == nullptr || (*kind != "host" && *kind != "text")) {
    return must_be(where, "\"host\" or \"text\"");
  }
  return std::nullopt;
}

Objection check_questions(const Place& where, const Json& value) {
  const auto* questions = value.as_array();
  if (questions == nullptr) return must_be(where, "a list");
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < questions->size(); ++i) {
    const Json& question = (*questions)[i];
    const Place here = where / i;
    if (question.as_object() == nullptr) return must_be(here, "an object");
    if (auto objection = check_members(here, question,
                                       {{"name", check_question_name},
                                        {"ask", check_line},
                                        {"default", check_text},
                                        {"required", check_boolean},
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

// A kind that we don't know may be a later version's, and so may be whatever else stands there.
bool is_of_unknown_kind(const Json& method) {
  const std::string* name = method.find_text("kind");
  return name != nullptr && !kind_named(*name);
}

Objection check_method(const Place& where, const Json& value) {
  if (value.as_object() == nullptr) return must_be(where, "an object");
  if (is_of_unknown_kind(value)) return std::nullopt;
  return check_members(where, value,
                       {{"kind", check_text},
                        {"label", check_line},
                        {"library", check_library},
                        {"abi", check_abi},
                        {"options", check_options},
                        {"questions", check_questions}});
}

Objection check_methods(const Place& where, const Json& value) {
  const auto* methods = value.as_object();
  if (methods == nullptr) return must_be(where, "an object");
  for (const auto& [name, method] : *methods) {
    if (!is_method_name(name)) {
      return fmt::format(
          "{} has a method named \"{}\"; names are 1 to 32 lower-case letters, digits "
          "and hyphens, a letter first",
          where, printable(name, 80));
    }
    if (method.is_null()) continue;
    if (auto objection = check_method(where / name, method)) return objection;
  }
  return std::nullopt;
}

std::vector<std::string> unknown_methods(const Json& json) {
  std::vector<std::string> unknown;
  const Json* methods = json.find("methods");
  if (methods == nullptr || methods->as_object() == nullptr) return unknown;
  for (const auto& [name, method] : *methods->as_object()) {
    if (is_of_unknown_kind(method)) unknown.push_back(name);
  }
  return unknown;
}

}  // namespace

bool is_method_name(std::string_view name) {
  return !name.empty() && name.size() <= 32 &&
         consists_of(name, {lower_letters, decimal_digits, "-"}) &&
         consists_of(name.substr(0, 1), {lower_letters});
}

std::expected<Manifest, std::string> parse_manifest(std::string_view text) {
  if (text.size() > manifest_size_limit) return std::unexpected("it is larger than 1 MiB");
  auto json = Json::parse(text);
  if (!json) return std::unexpected(std::move(json).error());
  std::vector<StrayMember> strays;
  const Place root(strays);
  Objection objection =
      check_head(root, *json, "manifest", "provider manifest", IdForm::name_or_address);
  if (!objection) objection = check_unique_names(*json);
  if (!objection) {
    objection = check_members(root, *json,
                              {{"manifest"},
                               {"id"},
                               {"label", check_line},
                               {"env", check_variables},
                               {"docs_url", check_url},
                               {"client_metadata_url", check_client_document},
                               {"enabled", check_boolean},
                               {"methods", check_methods},
                               {"api", check_api},
                               {"library", nullptr, "methods/NAME/library"},
                               {"options", nullptr, "methods/NAME/options"},
                               {"questions", nullptr, "methods/NAME/questions"},
                               {"base_url", nullptr, "api/base_url"},
                               {"headers", nullptr, "api/methods/NAME/headers"}});
  }
  if (objection) return std::unexpected(*std::move(objection));

  Manifest manifest;
  manifest.id = folded_provider(*json->find("id")->as_string());
  manifest.unknown_methods = unknown_methods(*json);
  manifest.json = *std::move(json);
  manifest.strays = std::move(strays);
  return manifest;
}

std::vector<Reason> passed_over_in(const Manifest& manifest, const std::filesystem::path& file) {
  std::vector<Reason> reasons;
  for (const std::string& method : manifest.unknown_methods) {
    reasons.push_back(
        {fmt::format("the method \"{}\" in {} is passed over: this version doesn't know its kind",
                     printable(method), file.native()),
         "upgrade the package pindus"});
  }
  for (const StrayMember& stray : manifest.strays) reasons.push_back(told(stray, file.native()));
  return reasons;
}

}  // namespace pindus
