#pragma once

#include <algorithm>
#include <string_view>

#include <pindus/values.hpp>

namespace pindus::sdk {

/// What a person pasted after the consent, taken apart: the answer's parameters, still encoded, or
/// a bare code and maybe its state, or a JSON document, which is for the host to parse.
struct PastedAnswer {
  SensitiveText json;        ///< {"code": "...", "state": "..."}, as some last pages show it
  SensitiveText parameters;  ///< "code=...&state=...", or "error=..."
  SensitiveText code;
  SensitiveText state;
  bool is_address_without_answer = false;
};

namespace detail {

/// Where a parameter named `name` begins: at the start of the text or behind one of ?&#.
inline size_t find_parameter(std::string_view text, std::string_view name) {
  for (size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const bool begins =
        at == 0 || std::string_view("?&#").find(text[at - 1]) != std::string_view::npos;
    const size_t end = at + name.size();
    if (begins && end < text.size() && text[end] == '=') return at;
  }
  return std::string_view::npos;
}

/// A JSON document without what a shell or a sentence puts around it, on one line; empty where the
/// text is none.
inline SensitiveText json_in(std::string_view pasted) {
  const SensitiveText line = SensitiveText::filtered(
      pasted, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
  constexpr std::string_view around = " '`,;";
  std::string_view text = line.view();
  text.remove_prefix(std::min(text.find_first_not_of(around), text.size()));
  text = text.substr(0, text.find_last_not_of(around) + 1);  // npos + 1 is 0
  const bool is_json = text.starts_with('{') || text.starts_with('[');
  return SensitiveText(is_json ? text : std::string_view());
}

}  // namespace detail

/// Takes apart a code, `code#state`, a query string or fragment, the last page's whole address, or
/// what it shows in JSON.
/// Blanks, line breaks and other control characters are a terminal's and don't count, nor do
/// quotes or angle brackets around the text or the comma of a sentence behind it.
inline PastedAnswer take_apart(std::string_view pasted) {
  PastedAnswer answer;
  answer.json = detail::json_in(pasted);
  if (!answer.json.empty()) return answer;
  const SensitiveText clean = SensitiveText::filtered(pasted, [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7F && c != '"' && c != '\'' && c != '<' &&
           c != '>' && c != '`';
  });
  std::string_view text = clean.view();
  while (!text.empty() && (text.back() == ',' || text.back() == ';')) text.remove_suffix(1);

  size_t found = detail::find_parameter(text, "code");
  if (found == std::string_view::npos) found = detail::find_parameter(text, "error");
  if (found != std::string_view::npos) {
    const size_t mark = found == 0 ? std::string_view::npos : text.find_last_of("?#", found - 1);
    const size_t start = mark == std::string_view::npos ? 0 : mark + 1;
    const bool in_fragment = mark != std::string_view::npos && text[mark] == '#';
    const size_t end = in_fragment ? std::string_view::npos : text.find('#', start);
    answer.parameters =
        SensitiveText(text.substr(start, end == std::string_view::npos ? end : end - start));
    const std::string_view rest = end == std::string_view::npos ? "" : text.substr(end + 1);
    const bool has_state =
        detail::find_parameter(answer.parameters.view(), "state") != std::string_view::npos;
    if (!has_state && rest.find('=') == std::string_view::npos) answer.state = SensitiveText(rest);
    return answer;
  }
  if (text.find("://") != std::string_view::npos) {
    answer.is_address_without_answer = true;
    return answer;
  }
  // Members of a JSON document whose braces were left behind: no code has quotes in it.
  if (pasted.find("\":") != std::string_view::npos) {
    answer.json = SensitiveText(pasted);
    return answer;
  }
  const size_t hash = text.find('#');
  answer.code = SensitiveText(text.substr(0, hash));
  if (hash != std::string_view::npos) answer.state = SensitiveText(text.substr(hash + 1));
  return answer;
}

}  // namespace pindus::sdk
