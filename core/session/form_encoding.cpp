#include "core/session/form_encoding.hpp"

#include <algorithm>

namespace pindus {
namespace {

bool is_plain(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '*' ||
         c == '-' || c == '.' || c == '_';
}

std::optional<unsigned> hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

std::optional<Secret> form_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());  // so that no half-grown copy of a secret stays behind
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%') {
      const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
      const auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
      if (!low) return std::nullopt;
      out += static_cast<char>(*high << 4 | *low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return Secret(std::move(out));
}

}  // namespace

void append_form_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain(c)) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
}

std::expected<std::optional<Secret>, BrokenEscape> form_field(std::string_view form,
                                                              std::string_view name) {
  while (!form.empty()) {
    const std::string_view field = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(form.size(), field.size() + 1));
    const auto equals = std::min(field.find('='), field.size());
    const auto key = form_decoded(field.substr(0, equals));
    if (!key) return std::unexpected(BrokenEscape());
    if (field.empty() || key->view() != name) continue;
    auto value = form_decoded(field.substr(std::min(field.size(), equals + 1)));
    if (!value) return std::unexpected(BrokenEscape());
    return value;
  }
  return std::nullopt;
}

}  // namespace pindus
