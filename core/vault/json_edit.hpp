#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bare/json_reader.hpp"
#include "core/base/secret.hpp"

namespace pindus {

/// Edits of the text of one JSON object that touch nothing but the bytes of the member meant. The
/// texts passed in are valid JSON; anything else is a mistake of the caller's.

/// The same bytes, as core/bare takes them.
[[nodiscard]] inline bare::Text bare_text(std::string_view text) {
  return {text.data(), text.size()};
}

/// A member of an object and where it stands in the object's text.
struct JsonMember {
  std::string name;      ///< decoded, see JsonReader::next_member
  bare::Span name_span;  ///< with its quotes
  bare::Span value_span;
  bare::JsonKind kind = bare::JsonKind::null;

  [[nodiscard]] std::string_view value(std::string_view text) const {
    return text.substr(value_span.begin, value_span.size());
  }
};

/// Decodes the name to which the reader, which reads `text`, stepped last.
[[nodiscard]] std::string decode_member_name(const bare::JsonReader& reader, std::string_view text);

/// The members of an object, in their order; empty for any other value.
[[nodiscard]] std::vector<JsonMember> list_members(std::string_view object);

/// The last member of that name, as JavaScript and most others read it; null where there is none.
[[nodiscard]] const JsonMember* find_member(const std::vector<JsonMember>& members,
                                            std::string_view name);

/// The object with the member's value replaced, or the member added as its last one. A member
/// added stands on a line of its own, `depth` times two blanks in.
[[nodiscard]] SecretText set_member(std::string_view object, std::string_view name,
                                    std::string_view value, unsigned depth);

/// The object with the member under another name; unchanged where it has none of that name.
[[nodiscard]] SecretText rename_member(std::string_view object, std::string_view name,
                                       std::string_view new_name);

/// The object without the members that are meant.
[[nodiscard]] SecretText remove_members(std::string_view object,
                                        const std::function<bool(std::string_view name)>& is_meant);

/// The object without any member of that name.
[[nodiscard]] SecretText remove_member(std::string_view object, std::string_view name);

/// What a JSON string says; nothing for another value.
[[nodiscard]] std::optional<Secret> string_of(std::string_view value);

/// What an array of JSON strings says; nothing for another value.
[[nodiscard]] std::optional<std::vector<std::string>> strings_of(std::string_view value);

/// What a JSON number says, cut to an integer; nothing for another value or one out of range.
[[nodiscard]] std::optional<std::int64_t> integer_of(std::string_view value);

/// `text` as a JSON string, quotes included.
[[nodiscard]] SecretText quoted(std::string_view text);

}  // namespace pindus
