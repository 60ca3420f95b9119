#pragma once

#include <chrono>
#include <string_view>

#include "core/bare/ready_key.hpp"

namespace pindus {

/// A token with more left than this is used without a look at any manifest's margin.
inline constexpr std::chrono::milliseconds surely_valid{bare::surely_valid_ms};

/// How long a stored token is still valid: not at all where that is zero or less, the longest time
/// where its record doesn't say. Nothing is believed that the token's own life doesn't allow: the
/// clock was wrong then, or is now.
[[nodiscard]] std::chrono::milliseconds time_left(std::string_view record);

/// How much a stored token must have left to be handed out: `margin`, or a quarter of its life
/// where that is less. A short life would be all margin otherwise, and every call a refresh.
[[nodiscard]] std::chrono::milliseconds margin_of(std::string_view record,
                                                  std::chrono::seconds margin);

}  // namespace pindus
