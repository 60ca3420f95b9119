#include "core/session/http_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

#include "core/base/text.hpp"

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

std::optional<unsigned> month_number(std::string_view name) {
  constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto month = std::ranges::find(months, name);
  if (month == months.end()) return std::nullopt;
  return static_cast<unsigned>(month - months.begin() + 1);
}

struct DateParts {
  std::string_view day;
  std::string_view month;
  std::string_view year;
  std::string_view time;
};

// Without regard to the locale, and to the day of the week, which the date says as well.
std::optional<DateParts> parts_of(std::string_view text) {
  const std::vector<std::string_view> words = split(text, " ");
  if (words.size() == 6 && words[0].ends_with(',') && words[5] == "GMT") {
    return DateParts{words[1], words[2], words[3], words[4]};  // Sun, 06 Nov 1994 08:49:37 GMT
  }
  if (words.size() == 4 && words[0].ends_with(',') && words[3] == "GMT") {
    const std::vector<std::string_view> date = split(words[1], "-");
    if (date.size() != 3) return std::nullopt;
    return DateParts{date[0], date[1], date[2], words[2]};  // Sunday, 06-Nov-94 08:49:37 GMT
  }
  if (words.size() == 5) {
    return DateParts{words[2], words[1], words[4], words[3]};  // Sun Nov  6 08:49:37 1994
  }
  return std::nullopt;
}

// Of two digits: the one that isn't more than 50 years ahead (RFC 9110 section 5.6.7).
std::optional<int> year_of(std::string_view digits, sys_seconds now) {
  const auto year = number(digits);
  if (!year || (digits.size() != 2 && digits.size() != 4)) return std::nullopt;
  if (digits.size() == 4) return year;
  const int this_year = static_cast<int>(
      std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(now)).year());
  const int in_this_century = this_year - this_year % 100 + *year;
  return in_this_century > this_year + 50 ? in_this_century - 100 : in_this_century;
}

std::optional<sys_seconds> http_date(std::string_view text, sys_seconds now) {
  const auto parts = parts_of(text);
  if (!parts) return std::nullopt;
  const auto day = number(parts->day);
  const auto month = month_number(parts->month);
  const auto year = year_of(parts->year, now);
  const std::string_view time = parts->time;
  if (time.size() != 8 || time[2] != ':' || time[5] != ':') return std::nullopt;
  const auto hour = number(time.substr(0, 2));
  const auto minute = number(time.substr(3, 2));
  const auto second = number(time.substr(6, 2));
  if (!day || !month || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         seconds(*second);
}

// Digits, perhaps with a fraction.
std::optional<seconds> delay_seconds(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::string_view whole = text.substr(0, text.find('.'));
  const std::string_view fraction = text.substr(std::min(whole.size() + 1, text.size()));
  const bool has_point = whole.size() < text.size();
  if (whole.empty() || !std::ranges::all_of(whole, is_digit)) return std::nullopt;
  if (has_point && (fraction.empty() || !std::ranges::all_of(fraction, is_digit))) {
    return std::nullopt;
  }
  const bool rounds_up = fraction.find_first_not_of('0') != std::string_view::npos;
  const std::int64_t value = number(whole).value_or(max_delay);
  return seconds(std::min<std::int64_t>(value + (rounds_up ? 1 : 0), max_delay));
}

}  // namespace

std::optional<seconds> retry_delay(std::string_view retry_after, std::string_view date,
                                   std::chrono::system_clock::time_point now) {
  const sys_seconds here = std::chrono::floor<seconds>(now);
  if (const auto delay = delay_seconds(trimmed(retry_after))) return delay;
  const auto until = http_date(trimmed(retry_after), here);
  if (!until) return std::nullopt;
  const auto from = http_date(trimmed(date), here).value_or(here);
  return std::clamp(*until - from, seconds(0), seconds(max_delay));
}

}  // namespace pindus
