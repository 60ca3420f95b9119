#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace pindus::test {

/// Ends the run with a sentence where what was to hold doesn't; libFuzzer then keeps the input.
inline void hold(bool holds, std::string_view property) {
  if (holds) return;
  std::fprintf(stderr, "It doesn't hold that %.*s.\n", static_cast<int>(property.size()),
               property.data());
  std::abort();
}

/// An input as text.
inline std::string_view text_of_input(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

/// Cuts the input's first line off it; the rest where there is no other line.
inline std::string_view take_line(std::string_view& input) {
  const std::string_view line = input.substr(0, input.find('\n'));
  input.remove_prefix(line.size() == input.size() ? line.size() : line.size() + 1);
  return line;
}

}  // namespace pindus::test
