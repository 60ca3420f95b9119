// libFuzzer's way into the comparison of our JSON reader with simdjson.

#include "tests/fuzz/json_agreement.hpp"
#include "tests/fuzz/property.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto difference =
      pindus::test::disagreement(pindus::test::text_of_input(bytes, size), size);
  pindus::test::hold(!difference, difference ? *difference : std::string_view());
  return 0;
}
