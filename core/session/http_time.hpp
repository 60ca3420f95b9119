#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace pindus {

/// How long a Retry-After field asks to wait (RFC 9110 section 10.2.3), rounded up: seconds, which
/// some servers write with a fraction, or until a date in any form of section 5.6.7. A date is
/// measured from the answer's own Date, where it has one, else from `now`, so that a wrong clock
/// here does no harm. Nothing for any other text.
[[nodiscard]] std::optional<std::chrono::seconds> retry_delay(
    std::string_view retry_after, std::string_view date, std::chrono::system_clock::time_point now);

/// The moment that a server wrote: RFC 3339, or a date of RFC 9110 section 5.6.7, whose years of
/// two digits are near `now`. Nothing for any other text.
[[nodiscard]] std::optional<std::chrono::sys_time<std::chrono::milliseconds>> written_time(
    std::string_view text, std::chrono::system_clock::time_point now);

}  // namespace pindus
