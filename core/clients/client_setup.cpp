#include "core/clients/client_setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/fault.hpp"
#include "core/base/placeholders.hpp"
#include "core/base/text.hpp"
#include "core/providers/manifest_api.hpp"
#include "core/providers/manifest_checks.hpp"

namespace pindus {
namespace {

constexpr std::array<std::pair<std::string_view, SetupFormat>, 4> formats = {{
    {"json", SetupFormat::json},
    {"toml", SetupFormat::toml},
    {"block", SetupFormat::block},
    {"shell", SetupFormat::shell},
}};

std::optional<SetupFormat> format_of(std::string_view name) {
  const auto* const found =
      std::ranges::find(formats, name, [](const auto& entry) { return entry.first; });
  return found == formats.end() ? std::nullopt : std::optional(found->second);
}

// What is written stays in a file that programs back up and people show.
bool holds_key(std::string_view text) {
  const auto names = placeholders_in(text);
  return std::ranges::find(names, "key") != names.end();
}

Objection check_no_key(const Place& where, std::string_view text) {
  if (!holds_key(text)) return std::nullopt;
  return fmt::format("{} must not hold {{key}}: settings name the command that prints it", where);
}

Objection check_format(const Place& where, const Json& value) {
  const std::string* name = value.as_string();
  if (name != nullptr && format_of(*name)) return std::nullopt;
  return must_be(where, "\"json\", \"toml\", \"block\" or \"shell\"");
}

Objection check_file(const Place& where, const Json& value) {
  const std::string* file = value.as_string();
  const bool has_start = file != nullptr && (file->starts_with("~/") || file->starts_with("./") ||
                                             file->starts_with('/') || file->starts_with("${"));
  if (!has_start || !is_printable(*file)) {
    return must_be(where, "a path that begins with ~/, ./, / or ${VARIABLE:-default}");
  }
  return check_no_key(where, *file);
}

Objection check_setting(const Place& where, const Json& value) {
  if (value.is_null()) return must_be(where, "a value to be set");
  return check_no_key(where, value.dump());
}

Objection check_set(const Place& where, const Json& value) {
  if (value.as_object() == nullptr) return must_be(where, "an object of JSON pointers");
  for (const auto& [pointer, setting] : *value.as_object()) {
    if (!pointer.starts_with('/') || !pointer_tokens(pointer)) {
      return fmt::format("{} has \"{}\", which is no JSON pointer", where, printable(pointer));
    }
    if (auto objection = check_setting(where, setting)) return objection;
  }
  return std::nullopt;
}

Objection check_lines(const Place& where, const Json& value) {
  if (auto objection = check_values(where, value)) return objection;
  for (const Json& line : *value.as_array()) {
    if (auto objection = check_no_key(where, *line.as_string())) return objection;
  }
  return std::nullopt;
}

Objection check_change(const Place& where, const Json& value) {
  if (value.as_object() == nullptr) return must_be(where, "an object");
  if (auto objection = check_members(where, value,
                                     {{"format", check_format},
                                      {"file", check_file},
                                      {"set", check_set},
                                      {"add", check_set},
                                      {"lines", check_lines},
                                      {"comment", check_line},
                                      {"in_quotes", check_boolean}})) {
    return objection;
  }
  const Json* name = value.find("format");
  if (name == nullptr) return fmt::format("{} has no \"format\"", where);
  const SetupFormat format = format_of(*name->as_string()).value_or(SetupFormat::block);
  if ((format == SetupFormat::shell) == (value.find("file") != nullptr)) {
    return fmt::format("{} must have a \"file\" unless it is the shell's", where);
  }
  if (format != SetupFormat::json && value.find("add") != nullptr) {
    return fmt::format("{} can have \"add\" only where it is JSON", where);
  }
  const bool has_set = format == SetupFormat::json || format == SetupFormat::toml;
  if ((value.find("set") != nullptr) != has_set || (value.find("lines") != nullptr) == has_set) {
    return fmt::format("{} must have {}", where, has_set ? "\"set\"" : "\"lines\"");
  }
  return std::nullopt;
}

Objection check_changes(const Place& where, const Json& value) {
  if (value.as_array() == nullptr) return must_be(where, "a list");
  std::size_t index = 0;
  for (const Json& change : *value.as_array()) {
    if (auto objection = check_change(where / index++, change)) {
      return objection;
    }
  }
  return std::nullopt;
}

SetupChange read_change(const Json& json) {
  SetupChange change;
  change.format = format_of(*json.find("format")->as_string()).value_or(SetupFormat::block);
  if (const Json* file = json.find("file")) change.file = *file->as_string();
  if (const Json* set = json.find("set")) change.set = *set->as_object();
  if (const Json* add = json.find("add")) change.add = *add->as_object();
  if (const Json* comment = json.find("comment")) change.comment = *comment->as_string();
  if (const Json* quotes = json.find("in_quotes")) change.in_quotes = *quotes->as_boolean();
  change.lines = texts(json.find("lines"));
  return change;
}

}  // namespace

std::string_view setup_format_name(SetupFormat format) noexcept {
  return std::ranges::find(formats, format, [](const auto& entry) { return entry.second; })->first;
}

Objection check_setup_files(const Place& where, const Json& value) {
  if (value.as_array() == nullptr) return must_be(where, "a list of files");
  for (const Json& file : *value.as_array()) {
    if (auto objection = check_file(where, file)) return objection;
  }
  return std::nullopt;
}

Objection check_setup(const Place& where, const Json& value) {
  if (value.as_object() == nullptr) return must_be(where, "an object");
  return check_members(
      where, value,
      {{"changes", check_changes}, {"notes", check_values}, {"shadowed_by", check_variables}});
}

ClientSetup read_setup(const Json& json) {
  ClientSetup setup{.notes = texts(json.find("notes")),
                    .shadowed_by = texts(json.find("shadowed_by"))};
  if (const Json* changes = json.find("changes")) {
    for (const Json& change : *changes->as_array()) setup.changes.push_back(read_change(change));
  }
  return setup;
}

}  // namespace pindus
