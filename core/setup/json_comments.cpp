#include "core/setup/json_comments.hpp"

#include <algorithm>

#include "core/setup/json_layout.hpp"

namespace pindus {
namespace {

// Behind the comment that begins there; nothing where none does, or it has no end.
std::optional<std::size_t> end_of_comment(std::string_view text, std::size_t at) {
  if (text.substr(at).starts_with("//")) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    return end > at && text[end - 1] == '\r' ? end - 1 : end;
  }
  if (!text.substr(at).starts_with("/*")) return std::nullopt;
  const std::size_t end = text.find("*/", at + 2);
  return end == text.npos ? std::nullopt : std::optional(end + 2);
}

std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return std::min(at + 1, text.size());
}

void blank(std::string& text, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    if (!is_json_blank(text[i])) text[i] = ' ';
  }
}

}  // namespace

std::string plain_json(std::string_view text) {
  std::string plain(text);
  constexpr std::size_t none = std::string::npos;
  std::size_t comma = none;  // behind an element, with nothing after it yet
  char before = 0;           // the last byte that is no blank
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (const auto end = end_of_comment(text, at)) {
      blank(plain, at, *end);
      at = *end;
      continue;
    }
    if (is_json_blank(c)) {
      ++at;
      continue;
    }
    const bool closes = c == '}' || c == ']';
    if (closes && comma != none) blank(plain, comma, comma + 1);
    comma = none;
    const bool is_behind_element = before != 0 && before != '{' && before != '[' && before != ',';
    if (c == ',' && is_behind_element) comma = at;
    before = c;
    at = c == '"' ? end_of_string(text, at) : at + 1;
  }
  return plain;
}

std::size_t skip_comments(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    if (const auto end = end_of_comment(text, at)) {
      at = *end;
    } else if (is_json_blank(text[at])) {
      ++at;
    } else if (text.substr(at).starts_with("/*")) {
      return text.size();
    } else {
      break;
    }
  }
  return at;
}

std::size_t skip_line_comments(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (at < text.size() && text[at] != '\n') {
    const auto comment = end_of_comment(text, at);
    if (comment && !text.substr(at, *comment - at).contains('\n')) {
      end = at = *comment;
    } else if (!comment && is_json_blank(text[at])) {
      ++at;
    } else {
      break;
    }
  }
  return end;
}

std::optional<CommentEnd> last_comment(std::string_view text, std::size_t begin, std::size_t end) {
  std::optional<CommentEnd> last;
  for (std::size_t at = begin; at < end;) {
    const auto comment = end_of_comment(text, at);
    if (comment) last = {*comment, text[at + 1] == '/'};
    at = comment.value_or(at + 1);
  }
  return last;
}

}  // namespace pindus
