#include "core/providers/manifest_checks.hpp"

#include <algorithm>
#include <set>

#include "core/base/fault.hpp"
#include "core/base/near_names.hpp"
#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"

namespace pindus {
namespace {

// Members of an object whose names mean something, with texts as values; a null removes one.
Objection check_named_values(const Place& where, const Json& value,
                             bool (*is_name)(std::string_view), std::string_view what) {
  const auto* members = value.as_object();
  if (members == nullptr) return must_be(where, "an object");
  for (const auto& [name, text] : *members) {
    if (!is_name(name)) {
      return fmt::format("{} has the member \"{}\", which is no name of {}", where,
                         printable(name, 80), what);
    }
    if (text.is_null()) continue;
    if (text.as_string() == nullptr || !is_plain_value(*text.as_string())) {
      return must_be(where / name, "a string without control characters");
    }
  }
  return std::nullopt;
}

// The member that was perhaps meant by an unknown one; empty where it is like none. What only goes
// on after a known name's end is a word of its own: "env_file" beside "env".
std::string near_member(std::string_view name, std::initializer_list<CheckedMember> members) {
  constexpr std::size_t shortest_beginning = 3;
  NearNames near(name);
  for (const CheckedMember& member : members) {
    const std::string_view said = member.check == nullptr ? member.belongs : member.name;
    near.consider(member.name, said);
    const bool goes_on = member.name.size() >= shortest_beginning &&
                         name.starts_with(member.name) && name.size() > member.name.size() &&
                         lower_letters.contains(name[member.name.size()]);
    if (goes_on) near.consider(name, said);
  }
  return near.nearest();
}

}  // namespace

Reason told(const StrayMember& stray, std::string_view file) {
  return {fmt::format("the member {} in {} is passed over: nobody reads it",
                      printable(stray.pointer), file),
          fmt::format("did you mean \"{}\"?", stray.near)};
}

Place Place::operator/(std::string_view name) const {
  Place place(*strays_);
  place.pointer_ = fmt::format("{}/{}", pointer_, name);
  return place;
}

Place Place::operator/(std::size_t index) const {
  return *this / std::to_string(index);
}

void Place::note(std::string_view name, std::string near) const {
  strays_->push_back({fmt::format("{}/{}", pointer_, name), std::move(near)});
}

bool consists_of(std::string_view text, std::initializer_list<std::string_view> sets) {
  return std::ranges::all_of(text, [&](char c) {
    return std::ranges::any_of(sets, [&](std::string_view set) { return set.contains(c); });
  });
}

bool is_manifest_id(std::string_view id) {
  return !id.empty() && id.size() <= manifest_id_limit &&
         consists_of(id, {lower_letters, decimal_digits, "._-"}) &&
         consists_of(id.substr(0, 1), {lower_letters, decimal_digits});
}

bool is_identifier(std::string_view name) {
  return name.size() <= 64 && is_variable_name(name);
}

bool is_header_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && std::ranges::all_of(name, is_token_character);
}

bool is_plain_value(std::string_view value) {
  return std::ranges::none_of(value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

Objection must_be(const Place& where, std::string_view what) {
  return fmt::format("{} must be {}", where, what);
}

Objection check_boolean(const Place& where, const Json& value) {
  if (value.as_boolean() == nullptr) return must_be(where, "true or false");
  return std::nullopt;
}

Objection check_text(const Place& where, const Json& value) {
  if (value.as_string() == nullptr) return must_be(where, "a string");
  return std::nullopt;
}

// For what is shown on a terminal.
Objection check_line(const Place& where, const Json& value) {
  const std::string* text = value.as_string();
  if (text == nullptr || text->empty() || text->size() > 300 || printable(*text) != *text) {
    return must_be(where, "one line of text, at most 300 bytes");
  }
  return std::nullopt;
}

Objection check_url(const Place& where, const Json& value) {
  const std::string* text = value.as_string();
  if (text == nullptr || !(text->starts_with("https://") || text->starts_with("http://"))) {
    return must_be(where, "an https address");
  }
  return check_line(where, value);
}

Objection check_client_document(const Place& where, const Json& value) {
  const std::string* text = value.as_string();
  const bool is_page = text != nullptr && text->starts_with("https://") && is_address_id(*text) &&
                       text->size() > size_without_case(*text) + 1;
  if (!is_page) return must_be(where, "an https address with a path");
  return check_line(where, value);
}

Objection check_variables(const Place& where, const Json& value) {
  const auto* names = value.as_array();
  const auto is_variable = [](const Json& name) {
    return name.as_string() != nullptr && is_identifier(*name.as_string());
  };
  if (names == nullptr || !std::ranges::all_of(*names, is_variable)) {
    return must_be(where, "a list of names of environment variables");
  }
  return std::nullopt;
}

Objection check_values(const Place& where, const Json& value) {
  const auto* texts = value.as_array();
  const auto is_text = [](const Json& text) {
    return text.as_string() != nullptr && is_plain_value(*text.as_string());
  };
  if (texts == nullptr || !std::ranges::all_of(*texts, is_text)) {
    return must_be(where, "a list of strings without control characters");
  }
  return std::nullopt;
}

Objection check_assignments(const Place& where, const Json& value) {
  return check_named_values(where, value, is_identifier, "an environment variable");
}

Objection check_headers(const Place& where, const Json& value) {
  return check_named_values(where, value, is_header_name, "a header field");
}

Objection check_members(const Place& where, const Json& object,
                        std::initializer_list<CheckedMember> members) {
  for (const CheckedMember& member : members) {
    const Json* value = object.find(member.name);
    if (value == nullptr || value->is_null() || member.check == nullptr) continue;
    if (auto objection = member.check(where / member.name, *value)) return objection;
  }
  for (const auto& [name, value] : *object.as_object()) {
    const auto* const known = std::ranges::find(members, name, &CheckedMember::name);
    if (known != members.end() && known->belongs.empty()) continue;
    if (std::string near = near_member(name, members); !near.empty()) {
      where.note(name, std::move(near));
    }
  }
  return std::nullopt;
}

Objection check_each(const Place& where, const Json& value, Check check) {
  const auto* members = value.as_object();
  if (members == nullptr) return must_be(where, "an object");
  for (const auto& [name, member] : *members) {
    if (member.is_null()) continue;
    if (auto objection = check(where / name, member)) return objection;
  }
  return std::nullopt;
}

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

Objection check_head(const Place& root, const Json& json, std::string_view format,
                     std::string_view what, IdForm form) {
  if (json.as_object() == nullptr) return "it must be a JSON object";
  const Json* member = json.find(format);
  if (member == nullptr) {
    return fmt::format("it has no \"{}\": 1, so it isn't a {}", format, what);
  }
  const auto number = member->as_integer();
  if (number && *number > 1) {
    return fmt::format("it is of format {}, and this pindus reads format 1", *number);
  }
  if (number != 1 || member->dump() != "1") {
    return must_be(root / format, "the number 1");
  }
  const Json* id = json.find("id");
  if (id == nullptr) return "it has no \"id\"";
  const std::string* text = id->as_string();
  if (form == IdForm::name_or_address && text != nullptr && begins_as_address(*text)) {
    if (is_address_id(*text)) return std::nullopt;
    return must_be(root / "id",
                   "an http or https address of at most 2048 bytes, without a user and a fragment");
  }
  if (text == nullptr || !is_manifest_id(ascii_lower(*text))) {
    return must_be(root / "id",
                   "1 to 64 letters, digits, dots, underscores and hyphens, a letter or "
                   "digit first");
  }
  return std::nullopt;
}

}  // namespace pindus
