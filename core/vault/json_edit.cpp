#include "core/vault/json_edit.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ranges>

#include "core/base/json.hpp"

namespace pindus {
namespace {

void splice(SecretText& text, bare::Span span, std::string_view replacement) {
  text.replace(span.begin, span.size(), replacement);
}

}  // namespace

std::string decode_member_name(const bare::JsonReader& reader, std::string_view text) {
  const bare::Span span = reader.name_span();
  std::string name(span.size(), '\0');
  bare::TextBuffer buffer(name.data(), name.size());
  bare::decode_name(bare_text(text.substr(span.begin, span.size())), buffer);
  name.resize(buffer.size);
  return name;
}

std::vector<JsonMember> list_members(std::string_view object) {
  std::vector<JsonMember> members;
  bare::JsonReader reader(bare_text(object));
  bare::TextBuffer ignored;
  reader.enter_object();
  while (reader.next_member(ignored)) {
    JsonMember member;
    member.name = decode_member_name(reader, object);
    member.name_span = reader.name_span();
    if (!reader.peek(member.kind) || !reader.skip_value()) break;
    member.value_span = reader.value_span();
    members.push_back(std::move(member));
  }
  return members;
}

const JsonMember* find_member(const std::vector<JsonMember>& members, std::string_view name) {
  const auto found = std::ranges::find(members.rbegin(), members.rend(), name, &JsonMember::name);
  return found == members.rend() ? nullptr : &*found;
}

SecretText set_member(std::string_view object, std::string_view name, std::string_view value,
                      unsigned depth) {
  const auto members = list_members(object);
  SecretText edited(object);
  if (const JsonMember* member = find_member(members, name)) {
    splice(edited, member->value_span, value);
    return edited;
  }
  SecretText added(members.empty() ? "\n" : ",\n");
  added.append(std::size_t{2} * depth, ' ');
  added.append(quoted(name)).append(": ").append(value);
  if (members.empty()) {
    added.append("\n").append(std::size_t{2} * (depth - 1), ' ');
    // Between the braces stand at most blanks.
    const std::size_t open = object.find('{');
    splice(edited, {open + 1, object.find('}', open)}, added);
  } else {
    const std::uint64_t end = members.back().value_span.end;
    splice(edited, {end, end}, added);
  }
  return edited;
}

SecretText rename_member(std::string_view object, std::string_view name,
                         std::string_view new_name) {
  const auto members = list_members(object);
  SecretText edited(object);
  if (const JsonMember* member = find_member(members, name)) {
    splice(edited, member->name_span, quoted(new_name));
  }
  return edited;
}

SecretText remove_members(std::string_view object,
                          const std::function<bool(std::string_view name)>& is_meant) {
  const auto members = list_members(object);
  const auto goes = [&](const JsonMember& member) { return is_meant(member.name); };
  const auto first_kept = std::ranges::find_if_not(members, goes);
  if (members.empty()) return SecretText(object);
  SecretText edited;
  edited.reserve(object.size());
  std::size_t copied = 0;
  const auto skip = [&](std::size_t begin, std::size_t end) {
    edited.append(object.substr(copied, begin - copied));
    copied = end;
  };
  if (first_kept == members.end()) {
    skip(object.find('{') + 1, object.find('}', members.back().value_span.end));
  } else {
    // A comma goes with the member that goes: that behind it at the beginning, else that before it.
    if (first_kept != members.begin()) {
      skip(members.front().name_span.begin, first_kept->name_span.begin);
    }
    for (auto member = std::next(first_kept); member != members.end(); ++member) {
      if (goes(*member)) skip(std::prev(member)->value_span.end, member->value_span.end);
    }
  }
  edited.append(object.substr(copied));
  return edited;
}

SecretText remove_member(std::string_view object, std::string_view name) {
  return remove_members(object, [&](std::string_view other) { return other == name; });
}

std::optional<Secret> string_of(std::string_view value) {
  std::string decoded(value.size(), '\0');
  bare::TextBuffer buffer(decoded.data(), decoded.size());
  bare::JsonReader reader(bare_text(value));
  const bool read = reader.read_string(buffer);
  decoded.resize(buffer.size);
  Secret secret(std::move(decoded));
  if (!read) return std::nullopt;
  return secret;
}

std::optional<std::vector<std::string>> strings_of(std::string_view value) {
  std::vector<std::string> strings;
  bare::JsonReader reader(bare_text(value));
  reader.enter_array();
  while (reader.next_element()) {
    std::string decoded(value.size(), '\0');
    bare::TextBuffer buffer(decoded.data(), decoded.size());
    reader.read_string(buffer);
    decoded.resize(buffer.size);
    strings.push_back(std::move(decoded));
  }
  if (!reader.finish()) return std::nullopt;
  return strings;
}

std::optional<std::int64_t> integer_of(std::string_view value) {
  if (value.empty() || !(value.front() == '-' || (value.front() >= '0' && value.front() <= '9'))) {
    return std::nullopt;
  }
  std::int64_t integer = 0;
  if (bare::parse_integer(bare_text(value), integer)) return integer;
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
  if (!(std::fabs(number) < 9e18)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

SecretText quoted(std::string_view text) {
  const Secret json(json_quote(text));
  return SecretText(json.view());
}

}  // namespace pindus
