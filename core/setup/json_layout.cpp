#include "core/setup/json_layout.hpp"

namespace pindus {

bool is_json_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string rendered_json(const Json& value, const JsonLayout& layout, const std::string& indent) {
  const Json::Object* object = value.as_object();
  const Json::Array* array = value.as_array();
  std::string text;
  if (object != nullptr && !object->empty()) {
    const std::string inner = indent + layout.unit;
    const bool is_lines = !layout.line_end.empty();
    for (const auto& [name, member] : *object) {
      text += text.empty() ? "{" : (is_lines ? "," : ", ");
      if (is_lines) text += std::string(layout.line_end) + inner;
      text += json_quote(name) + layout.colon + rendered_json(member, layout, inner);
    }
    if (is_lines) text += std::string(layout.line_end) + indent;
    return text + "}";
  }
  if (array != nullptr) {
    for (const Json& element : *array) {
      text += (text.empty() ? "[" : ", ") + rendered_json(element, layout, indent);
    }
    return text.empty() ? "[]" : text + "]";
  }
  return value.dump();
}

std::string_view blanks_before(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && is_json_blank(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

std::string after_last_line_end(std::string_view blanks) {
  return std::string(blanks.substr(blanks.rfind('\n') + 1));
}

std::string indent_of_line(std::string_view text, std::size_t at) {
  const std::size_t begin = text.substr(0, at).rfind('\n') + 1;
  std::size_t end = begin;
  while (end < at && (text[end] == ' ' || text[end] == '\t')) ++end;
  return std::string(text.substr(begin, end - begin));
}

}  // namespace pindus
