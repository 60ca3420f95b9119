#include "core/base/display_width.hpp"

#include <locale.h>
#include <wchar.h>

#include <algorithm>

#include "core/base/utf8.hpp"

namespace pindus {
namespace {

wchar_t code_point(std::string_view sequence) noexcept {
  if (sequence.size() == 1) return static_cast<unsigned char>(sequence[0]);
  auto code = static_cast<unsigned>(static_cast<unsigned char>(sequence[0])) &
              (0xFFU >> (sequence.size() + 1));
  for (const char c : sequence.substr(1)) {
    code = code << 6 | (static_cast<unsigned char>(c) & 0x3FU);
  }
  return static_cast<wchar_t>(code);
}

// wcwidth(3) knows only what the thread's locale knows.
int width_in_unicode(wchar_t character) noexcept {
  static const locale_t unicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (unicode == nullptr) return 1;
  const locale_t before = ::uselocale(unicode);
  const int width = ::wcwidth(character);
  ::uselocale(before);
  return width;
}

}  // namespace

std::size_t character_width(std::string_view character) noexcept {
  if (character.size() <= 1 || utf8_sequence_length(character) != character.size()) return 1;
  const int width = width_in_unicode(code_point(character));
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

std::size_t display_width(std::string_view text) noexcept {
  std::size_t width = 0;
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(1, utf8_sequence_length(text));
    width += character_width(text.substr(0, length));
    text.remove_prefix(length);
  }
  return width;
}

std::string padded(std::string_view text, std::size_t width) {
  const std::size_t taken = display_width(text);
  return std::string(text).append(width > taken ? width - taken : 0, ' ');
}

}  // namespace pindus
