#include "core/session/http_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace pindus {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

// Far more than anybody waits; keeps the sums in range.
constexpr std::int64_t max_delay = 366LL * 24 * 3600;

std::optional<int> number(std::string_view digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || value < 0) {
    return std::nullopt;
  }
  return value;
}

// "Sun, 06 Nov 1994 08:49:37 GMT", without regard to the locale.
std::optional<sys_seconds> http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
  const auto day = number(text.substr(5, 2));
  const auto month = std::ranges::find(months, text.substr(8, 3));
  const auto year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2));
  const auto minute = number(text.substr(20, 2));
  const auto second = number(text.substr(23, 2));
  if (!day || month == months.end() || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(*year),
      std::chrono::month(static_cast<unsigned>(month - months.begin() + 1)),
      std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         seconds(*second);
}

}  // namespace

std::optional<seconds> retry_delay(std::string_view retry_after, std::string_view date,
                                   std::chrono::system_clock::time_point now) {
  if (retry_after.empty()) return std::nullopt;
  const bool is_number =
      std::ranges::all_of(retry_after, [](char c) { return c >= '0' && c <= '9'; });
  if (is_number)
    return seconds(std::min<std::int64_t>(number(retry_after).value_or(max_delay), max_delay));
  const auto until = http_date(retry_after);
  if (!until) return std::nullopt;
  const auto from = http_date(date).value_or(std::chrono::floor<seconds>(now));
  return std::clamp(*until - from, seconds(0), seconds(max_delay));
}

}  // namespace pindus
