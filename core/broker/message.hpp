#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pindus::broker {

/// The header fields of a message (RFC 9110, section 5), in its order; borrowed.
using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

/// A request up to its body, as it came; borrowed.
struct RequestHead {
  std::string_view method;
  std::string_view target;
  Fields fields = {};
  unsigned version = 11;  ///< 10: HTTP/1.0
};

/// Why the broker answers a request itself.
struct Refusal {
  int status = 0;
  std::string_view rule;  ///< one word, for the log and for programs: "not-allowed"
  std::string message;    ///< one sentence for whoever reads the program's error
};

/// How long a request's body is (RFC 9112, section 6).
struct BodyFraming {
  std::optional<std::uint64_t> length = {};  ///< nothing: it comes in chunks
};

/// The framing of a request that every server understands alike. Refused is what one server reads
/// so and another so (RFC 9112, sections 6.1 and 6.3, and 11.2): two lengths, a length beside a
/// transfer coding, a coding other than `chunked` alone or in HTTP/1.0, a length that is no number.
[[nodiscard]] std::optional<Refusal> check_framing(const RequestHead& head, BodyFraming& framing);

/// The only value of a field that may stand there once; nothing where it doesn't, or stands there
/// more than once.
[[nodiscard]] std::optional<std::string_view> only_value(const Fields& fields,
                                                         std::string_view name);

/// Whether there is a field of that name.
[[nodiscard]] bool has_field(const Fields& fields, std::string_view name);

/// Whether a field that is a list (RFC 9110, section 5.6.1) names that token, in any of its lines.
[[nodiscard]] bool names_token(const Fields& fields, std::string_view name, std::string_view token);

}  // namespace pindus::broker
