#include "core/import/import_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/placeholders.hpp"
#include "core/base/text.hpp"
#include "core/providers/manifest.hpp"
#include "core/providers/manifest_api.hpp"
#include "core/providers/manifest_checks.hpp"

namespace pindus {
namespace {

constexpr std::array<std::pair<std::string_view, ImportFormat::Syntax>, 4> syntaxes = {
    {{"json", ImportFormat::Syntax::json},
     {"yaml", ImportFormat::Syntax::yaml},
     {"dotenv", ImportFormat::Syntax::dotenv},
     {"environment", ImportFormat::Syntax::environment}}};

Objection check_syntax(const Place& where, const Json& value) {
  const std::string* name = value.as_string();
  if (name != nullptr && std::ranges::find(syntaxes, *name, [](const auto& syntax) {
                           return syntax.first;
                         }) != syntaxes.end()) {
    return std::nullopt;
  }
  return must_be(where, "json, yaml, dotenv or environment");
}

// "" or "/a/b", RFC 6901.
Objection check_place(const Place& where, const Json& value) {
  const std::string* place = value.as_string();
  if (place != nullptr && is_plain_value(*place) && Json().at(*place)) return std::nullopt;
  return must_be(where, "a JSON pointer");
}

Objection check_lines(const Place& where, const Json& value) {
  return check_each(where, value, check_line);
}

// A rule is taken whole by the merge, so that nulls stay in it.
Objection check_no_null(const Place& where, const Json& value) {
  if (value.is_null()) return must_be(where, "there, or left out");
  const auto* members = value.as_object();
  if (members == nullptr) return std::nullopt;
  for (const auto& [name, member] : *members) {
    if (auto objection = check_no_null(where / name, member)) return objection;
  }
  return std::nullopt;
}

Objection check_places(const Place& where, const Json& value) {
  return check_each(where, value, check_place);
}

Objection check_rule(const Place& where, const Json& value) {
  if (value.as_object() == nullptr) return must_be(where, "an object");
  if (auto objection = check_no_null(where, value)) return objection;
  if (value.find("at") == nullptr) return must_be(where / "at", "there");
  if (value.find("key") == nullptr && value.find("access") == nullptr) {
    return must_be(where, "an object with \"key\" or \"access\"");
  }
  return check_members(where, value,
                       {{"at", check_place},
                        {"if", check_lines},
                        {"provider", check_line},
                        {"account", check_line},
                        {"key", check_place},
                        {"access", check_place},
                        {"refresh", check_place},
                        {"expires", check_place},
                        {"members", check_places},
                        {"missing", check_line},
                        {"missing_hint", check_line}});
}

Objection check_rules(const Place& where, const Json& value) {
  const auto* rules = value.as_array();
  if (rules == nullptr) return must_be(where, "a list");
  for (std::size_t i = 0; i < rules->size(); ++i) {
    if (auto objection = check_rule(where / i, (*rules)[i])) return objection;
  }
  return std::nullopt;
}

std::string line_in(const Json& json, std::string_view name, std::string_view otherwise = {}) {
  const Json* value = json.find(name);
  return std::string(value == nullptr || value->is_null() ? otherwise : *value->as_string());
}

std::optional<std::string> place_in(const Json& json, std::string_view name) {
  const Json* value = json.find(name);
  return value == nullptr ? std::nullopt : std::optional(*value->as_string());
}

ImportRule read_rule(const Json& json) {
  return {.at = line_in(json, "at"),
          .conditions = named_texts(json.find("if")),
          .provider = line_in(json, "provider", "{1}"),
          .account = line_in(json, "account"),
          .key = place_in(json, "key"),
          .access = place_in(json, "access"),
          .refresh = place_in(json, "refresh"),
          .expires = place_in(json, "expires"),
          .members = named_texts(json.find("members")),
          .missing = line_in(json, "missing"),
          .missing_hint = line_in(json, "missing_hint")};
}

}  // namespace

std::optional<std::filesystem::path> ImportFormat::file(const Environment& environment) const {
  for (const std::string& pattern : files) {
    bool is_known = true;
    const SecretText path = filled_in(pattern, [&](std::string_view name) {
      const auto value = environment.get_nonblank(name);
      is_known = is_known && value.has_value();
      return value ? std::optional(SecretText(*value)) : std::nullopt;
    });
    if (is_known) return std::filesystem::path(std::string_view(path));
  }
  return std::nullopt;
}

ImportFormats ImportFormats::discover(const DirectoryOptions& options) {
  LayeredDocuments documents = read_layered_documents(options, "imports.d", parse_import_format);
  ImportFormats found{{}, std::move(documents.warnings)};
  for (const auto& [id, json] : documents.by_id) {
    found.formats.push_back(read_import_format(id, json));
  }
  return found;
}

const ImportFormat* ImportFormats::find(std::string_view id) const noexcept {
  const auto found = std::ranges::find_if(
      formats, [&](const ImportFormat& format) { return equal_ignoring_case(format.id, id); });
  return found == formats.end() ? nullptr : &*found;
}

std::expected<DescribingFile, std::string> parse_import_format(std::string_view text) {
  if (text.size() > manifest_size_limit) return std::unexpected("it is larger than 1 MiB");
  auto json = Json::parse(text);
  if (!json) return std::unexpected(std::move(json).error());
  std::vector<StrayMember> strays;
  const Place root(strays);
  Objection objection = check_head(root, *json, "import", "description of a format");
  if (!objection) objection = check_unique_names(*json);
  if (!objection) {
    objection = check_members(root, *json,
                              {{"import"},
                               {"id"},
                               {"label", check_line},
                               {"syntax", check_syntax},
                               {"files", check_values},
                               {"only_if_named", check_boolean},
                               {"providers", check_lines},
                               {"skip", check_values},
                               {"rules", check_rules},
                               {"after_take_over", check_line}});
  }
  if (objection) return std::unexpected(*std::move(objection));
  std::string id = ascii_lower(*json->find("id")->as_string());
  return DescribingFile{std::move(id), *std::move(json), std::move(strays)};
}

ImportFormat read_import_format(const std::string& id, const Json& json) {
  ImportFormat format{.id = id, .label = line_in(json, "label", id)};
  const std::string syntax = line_in(json, "syntax", "json");
  for (const auto& [name, value] : syntaxes) {
    if (name == syntax) format.syntax = value;
  }
  format.files = texts(json.find("files"));
  const Json* only_if_named = json.find("only_if_named");
  format.only_if_named = only_if_named != nullptr && *only_if_named->as_boolean();
  for (auto& [name, provider] : named_texts(json.find("providers"))) {
    format.providers.emplace(name, provider);
  }
  format.skip = texts(json.find("skip"));
  if (const Json* rules = json.find("rules")) {
    for (const Json& rule : *rules->as_array()) format.rules.push_back(read_rule(rule));
  }
  format.after_take_over = line_in(json, "after_take_over");
  return format;
}

}  // namespace pindus
