#include "core/session/http_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/text.hpp"

namespace pindus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using std::chrono::sys_time;

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

// Of Gregory's calendar; the last second of a minute may be a leap second.
std::optional<sys_seconds> moment(std::optional<int> year, std::optional<unsigned> month,
                                  std::optional<int> day, std::string_view time) {
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

std::optional<sys_seconds> http_date(std::string_view text, sys_seconds now) {
  const auto parts = parts_of(text);
  if (!parts) return std::nullopt;
  return moment(year_of(parts->year, now), month_number(parts->month), number(parts->day),
                parts->time);
}

// How far east of Greenwich "Z" or "+01:30" is.
std::optional<seconds> zone_offset(std::string_view zone) {
  if (zone == "Z" || zone == "z") return seconds(0);
  if (zone.size() != 6 || zone[3] != ':' || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
  const auto hours = number(zone.substr(1, 2));
  const auto minutes = number(zone.substr(4, 2));
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const seconds offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return zone[0] == '-' ? -offset : offset;
}

// RFC 3339 section 5.6: 2026-11-26T23:05:00.5+01:00; a blank may stand for the T.
std::optional<sys_time<milliseconds>> rfc3339_time(std::string_view text) {
  constexpr std::size_t date_size = 10;
  constexpr std::size_t time_end = 19;
  if (text.size() <= time_end || text[4] != '-' || text[7] != '-') return std::nullopt;
  if (std::string_view("Tt ").find(text[date_size]) == std::string_view::npos) return std::nullopt;
  const auto month = number(text.substr(5, 2));
  const auto whole =
      moment(number(text.substr(0, 4)),
             month ? std::optional(static_cast<unsigned>(*month)) : std::nullopt,
             number(text.substr(8, 2)), text.substr(date_size + 1, time_end - date_size - 1));
  std::string_view rest = text.substr(time_end);
  milliseconds fraction(0);
  if (rest.starts_with('.')) {
    const auto digits = rest.substr(1, rest.find_first_not_of("0123456789", 1) - 1);
    if (digits.empty()) return std::nullopt;
    const std::string thousandths = std::string(digits.substr(0, 3)) + "00";
    fraction = milliseconds(number(std::string_view(thousandths).substr(0, 3)).value_or(0));
    rest.remove_prefix(1 + digits.size());
  }
  const auto offset = zone_offset(rest);
  if (!whole || !offset) return std::nullopt;
  return *whole + fraction - *offset;
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

std::optional<sys_time<milliseconds>> written_time(std::string_view text,
                                                   std::chrono::system_clock::time_point now) {
  text = trimmed(text);
  if (const auto time = rfc3339_time(text)) return time;
  return http_date(text, std::chrono::floor<seconds>(now));
}

}  // namespace pindus
