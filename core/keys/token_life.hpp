#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "core/bare/ready_key.hpp"

namespace pindus {

/// A token with more left than this is used without a look at any manifest's margin.
inline constexpr std::chrono::milliseconds surely_valid{bare::surely_valid_ms};

/// How long a stored token is still valid: not at all where that is zero or less, the longest time
/// where its record doesn't say, or where nobody knows and nothing can be refreshed; see
/// CredentialRecord::end_is_unknown. Never longer than the token's own life.
[[nodiscard]] std::chrono::milliseconds time_left(std::string_view record);

/// How much a stored token must have left to be handed out: `margin`, or a quarter of its life
/// where that is less. A short life would be all margin otherwise, and every call a refresh.
[[nodiscard]] std::chrono::milliseconds margin_of(std::string_view record,
                                                  std::chrono::seconds margin);

/// What somebody asks of a token beyond that it serves.
struct TokenDemand {
  /// How long it shall still be valid, in place of the provider's margin. Where no token of the
  /// account lives that long, three quarters of its life will do.
  std::optional<std::chrono::seconds> valid_for = {};
  /// A token that a server has refused, borrowed: any other that hasn't expired is handed out, and
  /// this one is refreshed whatever it has left. Empty: none was.
  std::string_view refused = {};
};

/// The margin of a record by what is asked, else by the provider's.
[[nodiscard]] std::chrono::milliseconds margin_of(std::string_view record,
                                                  const TokenDemand& demand,
                                                  std::chrono::seconds margin);

}  // namespace pindus
