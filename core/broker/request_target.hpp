#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/broker/message.hpp"

namespace pindus::broker {

/// Where a request goes, taken apart: "/anthropic/v1/models?limit=3".
struct RequestTarget {
  std::string provider;  ///< "anthropic", decoded
  std::string path;      ///< "/v1/models"; escapes of unreserved characters undone
  std::string query;     ///< "limit=3"; as it came
};

/// Takes the target of a request in origin form (RFC 9112, section 3.2.1) apart. Refused is what
/// isn't one, and every path that a server behind us could understand as another than we do: dot
/// segments, empty segments, escaped slashes and backslashes, control characters, escapes that are
/// none.
[[nodiscard]] std::expected<RequestTarget, Refusal> parse_target(std::string_view target);

/// `query` without the parameter of that name, whose decoded value goes to `value` where it stands
/// there.
[[nodiscard]] std::string without_parameter(std::string_view query, std::string_view name,
                                            std::string& value);

}  // namespace pindus::broker
