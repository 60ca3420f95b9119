#include "core/session/form_encoding.hpp"

#include <algorithm>

#include "core/base/percent.hpp"
#include "core/base/text.hpp"

namespace pindus {
namespace {

bool is_plain(char c) noexcept {
  return is_ascii_alphanumeric(c) || c == '*' || c == '-' || c == '.' || c == '_';
}

std::optional<Secret> form_decoded(std::string_view text) {
  auto decoded = percent_decoded(text, ' ');
  if (!decoded) return std::nullopt;
  return Secret(*std::move(decoded));
}

}  // namespace

void append_form_encoded(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (is_plain(c)) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      append_percent_escape(out, c);
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
