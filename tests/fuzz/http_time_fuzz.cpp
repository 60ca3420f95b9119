// Retry-After and Date as a server may write them: what is understood is a time to wait that is not
// negative and no longer than a year.

#include "core/session/http_time.hpp"
#include "tests/fuzz/property.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  auto input = pindus::test::text_of_input(bytes, size);
  const auto retry_after = pindus::test::take_line(input);
  const auto now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 26};
  const auto delay = pindus::retry_delay(retry_after, input, now);
  pindus::test::hold(!delay || *delay >= std::chrono::seconds(0), "no delay is negative");
  return 0;
}
