#include <catch2/catch.hpp>

#include "core/session/http_time.hpp"

using pindus::retry_delay;
using std::chrono::seconds;
using namespace std::chrono_literals;

namespace {

// Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 section 5.6.7.
constexpr std::chrono::sys_seconds example{784'111'777s};

std::optional<seconds> delay(std::string_view retry_after, std::string_view date = {}) {
  return retry_delay(retry_after, date, example);
}

}  // namespace

TEST_CASE("Retry-After in seconds may have a fraction, and is rounded up") {
  CHECK(delay("0") == 0s);
  CHECK(delay("120") == 120s);
  CHECK(delay(" 5 ") == 5s);
  CHECK(delay("1.5") == 2s);
  CHECK(delay("0.001") == 1s);
  CHECK(delay("2.000") == 2s);
  CHECK(delay("99999999999999999999.5") == seconds(366LL * 24 * 3600));
  for (const char* text :
       {"", " ", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "1.5s", "1.2.3", "soon"}) {
    CAPTURE(text);
    CHECK_FALSE(delay(text));
  }
}

TEST_CASE("Retry-After may be a date in each of the three forms of RFC 9110") {
  for (const char* text : {"Sun, 06 Nov 1994 08:50:37 GMT", "Sunday, 06-Nov-94 08:50:37 GMT",
                           "Sun Nov  6 08:50:37 1994"}) {
    CAPTURE(text);
    CHECK(delay(text) == 60s);
    // Measured from the answer's own Date, in whichever form.
    for (const char* date : {"Sun, 06 Nov 1994 08:50:07 GMT", "Sunday, 06-Nov-94 08:50:07 GMT",
                             "Sun Nov  6 08:50:07 1994"}) {
      CHECK(delay(text, date) == 30s);
    }
    CHECK(delay(text, "Sun, 06 Nov 1994 09:00:00 GMT") == 0s);
  }
}

TEST_CASE("a year of two digits is never more than 50 years ahead") {
  constexpr std::chrono::sys_seconds in_2026{1'790'000'000s};
  const auto longest = seconds(366LL * 24 * 3600);
  CHECK(retry_delay("Friday, 06-Nov-76 08:49:37 GMT", "", in_2026) == longest);
  CHECK(retry_delay("Sunday, 06-Nov-77 08:49:37 GMT", "", in_2026) == 0s);  // 1977
  CHECK(retry_delay("Sunday, 06-Nov-94 08:49:37 GMT", "", in_2026) == 0s);
  CHECK(delay("Monday, 06-Nov-95 08:49:37 GMT") == seconds(365LL * 24 * 3600));
}

TEST_CASE("what is no date asks for nothing") {
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
                           "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
                           "Sun, 06 Nov 1994 8:49:37 GMT", "Sunday, 06-Nov-994 08:49:37 GMT",
                           "Sun Nov  6 08:49 1994", "Sun Nov 6 1994 08:49:37", "6 Nov 1994",
                           "Sunday, 06-11-94 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT"}) {
    CAPTURE(text);
    CHECK_FALSE(delay(text));
  }
}
