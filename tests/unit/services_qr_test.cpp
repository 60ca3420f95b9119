#include "tests/unit/services_support.hpp"

using pindus::QrCode;
using pindus::test::services;

namespace {

bool dark(const QrCode& code, std::size_t row, std::size_t column) {
  return code.modules.at(row * code.size + column);
}

// A dark frame of 7 by 7 around a light one around a dark square (ISO/IEC 18004, 6.3.3).
bool has_finder(const QrCode& code, std::size_t top, std::size_t left) {
  for (std::size_t row = 0; row < 7; ++row) {
    for (std::size_t column = 0; column < 7; ++column) {
      const std::size_t edge = std::min({row, column, 6 - row, 6 - column});
      if (dark(code, top + row, left + column) != (edge != 1)) return false;
    }
  }
  return true;
}

bool is_masked(unsigned mask, std::size_t i, std::size_t j) {
  switch (mask) {
    case 0: return (i + j) % 2 == 0;
    case 1: return i % 2 == 0;
    case 2: return j % 3 == 0;
    case 3: return (i + j) % 3 == 0;
    case 4: return (i / 2 + j / 3) % 2 == 0;
    case 5: return i * j % 2 + i * j % 3 == 0;
    case 6: return (i * j % 2 + i * j % 3) % 2 == 0;
    default: return ((i + j) % 2 + i * j % 3) % 2 == 0;
  }
}

// The text of a code of version 1 in byte mode, read as a camera would: the mask from the format
// bits, then the data upwards and downwards in columns of two (ISO/IEC 18004, 7.7.3).
std::string read_version_1(const QrCode& code) {
  unsigned format = 0;
  for (std::size_t column = 0; column < 6; ++column) {
    format = format << 1 | static_cast<unsigned>(dark(code, 8, column));
  }
  const unsigned mask = ((format >> 1) ^ 0b10101U) & 7U;

  std::vector<bool> bits;
  bool upwards = true;
  for (std::size_t right = 20; right != 0 && right < 21; right -= 2, upwards = !upwards) {
    if (right == 6) right = 5;  // the timing column
    for (std::size_t step = 0; step < 21; ++step) {
      const std::size_t row = upwards ? 20 - step : step;
      for (const std::size_t column : {right, right - 1}) {
        const bool function =
            row == 6 || (row < 9 && (column < 9 || column > 12)) || (row > 12 && column < 9);
        if (!function) bits.push_back(dark(code, row, column) != is_masked(mask, row, column));
      }
    }
    if (right == 1) break;
  }
  const auto number = [&](std::size_t at, std::size_t count) {
    unsigned value = 0;
    for (std::size_t i = at; i < at + count; ++i) value = value << 1 | unsigned{bits.at(i)};
    return value;
  };
  if (number(0, 4) != 0b0100) return "not in byte mode";
  std::string text;
  for (unsigned i = 0; i < number(4, 8); ++i) text += static_cast<char>(number(12 + 8 * i, 8));
  return text;
}

}  // namespace

TEST_CASE("a QR code holds the text that was asked for") {
  const auto code = services().qr_code("https://pindus");
  REQUIRE(code);
  REQUIRE(code->size == 21);
  CHECK(read_version_1(*code) == "https://pindus");
}

TEST_CASE("a QR code has its three finders, whatever its size") {
  for (const std::size_t length : {1U, 60U, 400U, 2000U}) {
    const auto code = services().qr_code(std::string(length, 'x'));
    REQUIRE(code);
    REQUIRE(code->modules.size() == code->size * code->size);
    CHECK(has_finder(*code, 0, 0));
    CHECK(has_finder(*code, 0, code->size - 7));
    CHECK(has_finder(*code, code->size - 7, 0));
    CHECK_FALSE(has_finder(*code, code->size - 7, code->size - 7));
  }
}

TEST_CASE("a text that no QR code can hold gives none") {
  CHECK_FALSE(services().qr_code(std::string(3000, 'x')));
  CHECK_FALSE(services().qr_code(""));
}
