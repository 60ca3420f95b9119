#include "core/setup/settings.hpp"

namespace pindus {

std::vector<std::string> tokens_of(std::string_view pointer) {
  return pointer_tokens(pointer).value_or(std::vector<std::string>{std::string(pointer)});
}

std::string_view line_end_of(std::string_view text) {
  const auto first = text.find('\n');
  // Where the only line's end is cut, the rest of it makes what comes next.
  if (first == text.npos) return text.ends_with('\r') ? "\r\n" : "\n";
  return first > 0 && text[first - 1] == '\r' ? "\r\n" : "\n";
}

}  // namespace pindus
