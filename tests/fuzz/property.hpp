#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
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

/// Cuts what stands before the first `end` off the input, and that end too; the rest where there is
/// none.
inline std::string_view take_part(std::string_view& input, std::string_view end) {
  const std::string_view part = input.substr(0, input.find(end));
  input.remove_prefix(std::min(part.size() + end.size(), input.size()));
  return part;
}

/// The same for a line.
inline std::string_view take_line(std::string_view& input) {
  return take_part(input, "\n");
}

/// Cuts a value off the front of an input that is read as a list of choices; zeros where it ends.
template <typename T>
T take(std::string_view& input) {
  T value{};
  const std::size_t size = std::min(sizeof value, input.size());
  std::memcpy(&value, input.data(), size);
  input.remove_prefix(size);
  return value;
}

}  // namespace pindus::test
