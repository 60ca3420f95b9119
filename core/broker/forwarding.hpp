#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret.hpp"
#include "core/broker/message.hpp"

namespace pindus::broker {

/// Whether a field is one of those in which programs send keys.
[[nodiscard]] bool is_credential_slot(std::string_view name);

/// The credential in such a field's value, without its scheme (RFC 9110, section 11.4): of
/// "Bearer abc" it is "abc". Borrowed.
[[nodiscard]] std::string_view credential_in(std::string_view value);

/// How a field of a provider's manifest gets along with the program's of the same name.
enum class Precedence {
  ours,    ///< it holds the key, or another part of the account
  theirs,  ///< a usual value: what the program says counts
  both,    ///< a list (RFC 9110, section 5.6.1): ours is added
};

/// A line of a request's header.
struct HeaderField {
  std::string name;
  Secret value;
  Precedence precedence = Precedence::ours;
};

/// What of a program's request goes on to the provider. Not: what is for this hop alone (RFC 9110,
/// section 7.6.1, and whatever Connection names), credentials and cookies, who forwarded it, and
/// what only we can say (Host, the length, Expect). `ours` are the fields of the provider's
/// manifest, none for a request without a key.
[[nodiscard]] std::vector<HeaderField> fields_for_provider(const Fields& fields,
                                                           std::span<const HeaderField> ours);

/// The same of an answer's for the program. Not: what is for this hop alone, cookies, what would
/// let web pages read it, other addresses of the provider, its length, and what holds a control
/// character.
[[nodiscard]] Fields fields_for_program(const Fields& fields);

}  // namespace pindus::broker
