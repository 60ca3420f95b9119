#include "host/cli/qr_drawing.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

namespace pindus {
namespace {

constexpr std::size_t quiet_zone = 4;  // ISO/IEC 18004, 5.3.8

// The address in as many as it takes, the code, the time that is left.
constexpr std::size_t rows_below = 5;

bool speaks_utf8(const Environment& environment) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    auto value = environment.get_nonblank(name);
    if (!value) continue;
    std::ranges::transform(*value, value->begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return value->find("utf-8") != std::string::npos || value->find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

std::vector<std::string> draw_qr(const QrCode& code, int descriptor,
                                 const Environment& environment) {
  winsize window{};
  const std::size_t side = code.size + 2 * quiet_zone;
  const std::size_t rows = (side + 1) / 2 + rows_below;
  const bool fits = ::isatty(descriptor) == 1 && ::ioctl(descriptor, TIOCGWINSZ, &window) == 0 &&
                    window.ws_col >= side && window.ws_row >= rows;
  const auto kind = environment.get_nonblank("TERM").value_or("dumb");
  if (!fits || kind == "dumb" || !speaks_utf8(environment)) return {};
  return draw_qr(code);
}

std::vector<std::string> draw_qr(const QrCode& code) {
  const std::size_t side = code.size + 2 * quiet_zone;
  const auto is_light = [&](std::size_t row, std::size_t column) {
    if (row < quiet_zone || column < quiet_zone) return true;
    row -= quiet_zone;
    column -= quiet_zone;
    return row >= code.size || column >= code.size || !code.modules[row * code.size + column];
  };
  std::vector<std::string> lines;
  for (std::size_t row = 0; row < side; row += 2) {
    // White on black whatever the terminal's own colours are: cameras need dark on light.
    std::string line = "\x1b[40;97m";
    for (std::size_t column = 0; column < side; ++column) {
      const bool upper = is_light(row, column);
      const bool lower = is_light(row + 1, column);
      line += upper ? (lower ? "\u2588" : "\u2580") : (lower ? "\u2584" : " ");
    }
    lines.push_back(line + "\x1b[0m");
  }
  return lines;
}

}  // namespace pindus
