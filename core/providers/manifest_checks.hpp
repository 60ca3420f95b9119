#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fault.hpp"
#include "core/base/json.hpp"

namespace pindus {

/// What is asked of the files that describe providers and clients, member by member.

/// Why a file isn't used, as the end of a sentence that begins with its name; nothing while all is
/// well.
using Objection = std::optional<std::string>;

/// A member that nobody reads and that looks like one that is read.
struct StrayMember {
  std::string pointer;  ///< RFC 6901, but for what a name may hold
  std::string near;     ///< the member that was perhaps meant
};

/// What is wrong with such a member, for a warning: a file may be of a later version, whose members
/// this one doesn't know.
[[nodiscard]] Reason told(const StrayMember& stray, std::string_view file);

/// Where in a file a value stands, and the list in which the checks note what costs nothing.
class Place {
 public:
  /// The whole file. The list must outlive all places within.
  explicit Place(std::vector<StrayMember>& strays) : strays_(&strays) {}

  /// A member, or an element.
  [[nodiscard]] Place operator/(std::string_view name) const;
  [[nodiscard]] Place operator/(std::size_t index) const;

  [[nodiscard]] const std::string& pointer() const noexcept { return pointer_; }

  void note(std::string_view name, std::string near) const;

 private:
  std::vector<StrayMember>* strays_;
  std::string pointer_;
};

using Check = Objection (*)(const Place& where, const Json& value);

/// A member that is known, and what must hold for it; or, without a check, one that is read
/// elsewhere.
struct CheckedMember {
  std::string_view name;
  Check check = nullptr;
  std::string_view belongs = {};  ///< where it is read: "methods/NAME/headers"
};

/// The longest id of a file that isn't an address, in bytes.
inline constexpr std::size_t manifest_id_limit = 64;

/// What a file's id may be.
enum class IdForm { name, name_or_address };

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

[[nodiscard]] Objection must_be(const Place& where, std::string_view what);
[[nodiscard]] Objection check_boolean(const Place& where, const Json& value);
[[nodiscard]] Objection check_text(const Place& where, const Json& value);
/// For what is shown on a terminal.
[[nodiscard]] Objection check_line(const Place& where, const Json& value);
[[nodiscard]] Objection check_url(const Place& where, const Json& value);
/// For the page that says who a client is, whose address is then its id.
[[nodiscard]] Objection check_client_document(const Place& where, const Json& value);
/// A list of names of environment variables.
[[nodiscard]] Objection check_variables(const Place& where, const Json& value);
/// A list of texts that arguments, headers and the like may consist of.
[[nodiscard]] Objection check_values(const Place& where, const Json& value);
/// An object whose members are environment variables, with the values that they get.
[[nodiscard]] Objection check_assignments(const Place& where, const Json& value);
/// The same of header fields.
[[nodiscard]] Objection check_headers(const Place& where, const Json& value);

/// Checks the members that are known, and notes those that were perhaps to be one of them: this has
/// to be all that the object may have. A null is no value: in a merge it removes one.
[[nodiscard]] Objection check_members(const Place& where, const Json& object,
                                      std::initializer_list<CheckedMember> members);

/// Checks each member of an object whose names are the file's to choose.
[[nodiscard]] Objection check_each(const Place& where, const Json& value, Check check);

/// A member that stands there twice would count or not, depending on who reads the file.
[[nodiscard]] Objection check_unique_names(const Json& value);

/// The head of a file: an object with `format`: 1 and an id. `what` is what the file is ("provider
/// manifest").
[[nodiscard]] Objection check_head(const Place& root, const Json& json, std::string_view format,
                                   std::string_view what, IdForm form = IdForm::name);

}  // namespace pindus

template <>
struct fmt::formatter<pindus::Place> : fmt::formatter<std::string_view> {
  auto format(const pindus::Place& place, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format(place.pointer(), context);
  }
};
