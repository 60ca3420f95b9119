#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.hpp"

namespace pindus {

/// What is asked of the files that describe providers and clients, member by member.

/// Why a file isn't used, as the end of a sentence that begins with its name; nothing while all is
/// well. `where` is the member's JSON pointer.
using Objection = std::optional<std::string>;
using Check = Objection (*)(const std::string& where, const Json& value);

/// A member that is known, and what must hold for it.
struct CheckedMember {
  std::string_view name;
  Check check;
};

/// The longest id of a provider or client, in bytes.
inline constexpr std::size_t manifest_id_limit = 64;

/// Whether text consists of these characters alone.
[[nodiscard]] bool consists_of(std::string_view text, std::initializer_list<std::string_view> sets);
inline constexpr std::string_view lower_letters = "abcdefghijklmnopqrstuvwxyz";
inline constexpr std::string_view decimal_digits = "0123456789";

/// 1 to 64 lower-case letters, digits, dots, underscores and hyphens, a letter or digit first.
[[nodiscard]] bool is_manifest_id(std::string_view id);

/// The name of an environment variable, or of a member of the vault's records.
[[nodiscard]] bool is_identifier(std::string_view name);

/// The name of a field of HTTP: a token (RFC 9110, section 5.6.2).
[[nodiscard]] bool is_header_name(std::string_view name);

/// Whether a header or variable may have that value: no control characters but the tab.
[[nodiscard]] bool is_plain_value(std::string_view value);

[[nodiscard]] Objection must_be(const std::string& where, std::string_view what);
[[nodiscard]] Objection check_boolean(const std::string& where, const Json& value);
[[nodiscard]] Objection check_text(const std::string& where, const Json& value);
/// For what is shown on a terminal.
[[nodiscard]] Objection check_line(const std::string& where, const Json& value);
[[nodiscard]] Objection check_url(const std::string& where, const Json& value);
/// A list of names of environment variables.
[[nodiscard]] Objection check_variables(const std::string& where, const Json& value);
/// A list of texts that arguments, headers and the like may consist of.
[[nodiscard]] Objection check_values(const std::string& where, const Json& value);
/// An object whose members are environment variables, with the values that they get.
[[nodiscard]] Objection check_assignments(const std::string& where, const Json& value);
/// The same of header fields.
[[nodiscard]] Objection check_headers(const std::string& where, const Json& value);

/// Checks the members that are known. A null is no value: in a merge it removes one.
[[nodiscard]] Objection check_members(const std::string& where, const Json& object,
                                      std::initializer_list<CheckedMember> members);

/// Checks each member of an object whose names are the file's to choose.
[[nodiscard]] Objection check_each(const std::string& where, const Json& value, Check check);

/// A member that stands there twice would count or not, depending on who reads the file.
[[nodiscard]] Objection check_unique_names(const Json& value);

/// The head of a file: an object with `format`: 1 and an id. `what` is what the file is ("provider
/// manifest").
[[nodiscard]] Objection check_head(const Json& json, std::string_view format,
                                   std::string_view what);

}  // namespace pindus
