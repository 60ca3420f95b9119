#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pindus::test {

/// The bytes for hexadecimal digits, among which blanks count for nothing.
[[nodiscard]] inline std::string from_hex(std::string_view digits) {
  std::string bytes;
  int high = -1;
  for (const char c : digits) {
    if (c == ' ') continue;
    const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      bytes += static_cast<char>(high << 4 | digit);
      high = -1;
    }
  }
  return bytes;
}

/// The same as an array of unsigned bytes, the rest zero.
template <std::size_t size>
struct Bytes {
  unsigned char bytes[size] = {};

  Bytes() = default;
  explicit Bytes(std::string_view digits) {
    const std::string text = from_hex(digits);
    for (std::size_t i = 0; i < size && i < text.size(); ++i) {
      bytes[i] = static_cast<unsigned char>(text[i]);
    }
  }
  [[nodiscard]] std::string text() const { return {reinterpret_cast<const char*>(bytes), size}; }
};

}  // namespace pindus::test
