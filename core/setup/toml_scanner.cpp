#include "core/setup/toml_scanner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/base/text.hpp"

namespace pindus {
namespace {

bool is_bare_key(char c) {
  return is_ascii_alphanumeric(c) || c == '_' || c == '-';
}

class TomlScanner {
 public:
  explicit TomlScanner(std::string_view text) : text_(text) {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
  }

  Edit<std::vector<TomlStatement>> run() {
    std::vector<TomlStatement> statements;
    std::vector<std::string> table;
    while (true) {
      const std::size_t begin = at_;
      skip_blanks();
      if (at_ == text_.size()) break;
      TomlStatement statement{.begin = begin, .line = line_};
      bool ok = true;
      if (peek() == '#' || peek() == '\n' || peek() == '\r') {
        ok = end_line();
        if (!ok) return wrong();
        continue;
      }
      if (peek() == '[') {
        statement.is_header = true;
        const bool is_array = text_.substr(at_).starts_with("[[");
        at_ += is_array ? 2 : 1;
        ok = read_key(table = {}) && take(']') && (!is_array || take(']'));
        statement.path = table;
      } else {
        statement.path = table;
        ok = read_key(statement.path) && take('=') && skip_value();
      }
      if (!ok || !end_line()) return wrong();
      statement.end = at_;
      statements.push_back(std::move(statement));
    }
    return statements;
  }

 private:
  [[nodiscard]] std::unexpected<std::string> wrong() const {
    return std::unexpected(fmt::format("can't be understood as TOML (line {})", line_));
  }

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') ++at_;
  }

  bool take(char c) {
    skip_blanks();
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  // What may stand behind a statement.
  bool end_line() {
    skip_blanks();
    if (peek() == '#') {
      while (at_ < text_.size() && peek() != '\n') ++at_;
    }
    if (peek() == '\r') ++at_;
    if (at_ == text_.size()) return true;
    if (peek() != '\n') return false;
    ++at_;
    ++line_;
    return true;
  }

  bool read_key(std::vector<std::string>& path) {
    do {
      skip_blanks();
      std::string part;
      if (peek() == '"' || peek() == '\'') {
        const std::size_t begin = at_ + 1;
        if (!skip_string() || at_ < begin + 1) return false;
        part = text_.substr(begin, at_ - 1 - begin);
      } else {
        while (is_bare_key(peek())) part += text_[at_++];
        if (part.empty()) return false;
      }
      path.push_back(std::move(part));
      skip_blanks();
    } while (take('.'));
    return true;
  }

  bool skip_string() {
    const char quote = peek();
    const std::string three(3, quote);
    const bool is_long = text_.substr(at_).starts_with(three);
    at_ += is_long ? 3 : 1;
    while (at_ < text_.size()) {
      if (is_long && text_.substr(at_).starts_with(three)) {
        at_ += 3;
        // Up to two more belong to the text.
        for (int more = 0; more < 2 && peek() == quote; ++more) ++at_;
        return true;
      }
      if (!is_long && peek() == quote) {
        ++at_;
        return true;
      }
      if (peek() == '\n') {
        if (!is_long) return false;
        ++line_;
      }
      const bool is_escape = quote == '"' && peek() == '\\' && at_ + 1 < text_.size();
      ++at_;
      if (is_escape && peek() != '\n') ++at_;
    }
    return false;
  }

  // Up to the end of its line, or a comment; arrays may have many lines.
  bool skip_value() {
    skip_blanks();
    const std::size_t begin = at_;
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = peek();
      if (c == '"' || c == '\'') {
        if (!skip_string()) return false;
        continue;
      }
      if (c == '#' || c == '\n') {
        if (depth == 0) break;
        while (at_ < text_.size() && peek() != '\n') ++at_;
        ++line_;
      } else if (c == '[' || c == '{') {
        ++depth;
      } else if (c == ']' || c == '}') {
        if (--depth < 0) return false;
      } else if (c == '\0') {
        return false;
      }
      ++at_;
    }
    return depth == 0 && !trimmed(text_.substr(begin, std::min(at_, text_.size()) - begin)).empty();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

// A key of the root that stands there twice: whoever reads the file refuses it, or takes either.
const TomlStatement* find_repeated(const std::vector<TomlStatement>& statements) {
  std::set<std::vector<std::string>> seen;
  for (const TomlStatement& statement : statements) {
    if (statement.is_header) break;
    if (!seen.insert(statement.path).second) return &statement;
  }
  return nullptr;
}

}  // namespace

Edit<std::vector<TomlStatement>> scan_toml(std::string_view text) {
  // TOML v1.0.0: a carriage return is a part of a line's end, or nothing.
  for (auto at = text.find('\r'); at != text.npos; at = text.find('\r', at + 1)) {
    if (!text.substr(at + 1).starts_with('\n')) {
      return std::unexpected("can't be understood as TOML (a carriage return ends no line)");
    }
  }
  auto statements = TomlScanner(text).run();
  if (!statements) return statements;
  if (const TomlStatement* repeated = find_repeated(*statements)) {
    return std::unexpected(fmt::format("has a key for the second time (line {})", repeated->line));
  }
  return statements;
}

std::string toml_key(std::string_view key) {
  const bool is_bare = !key.empty() && std::ranges::all_of(key, is_bare_key);
  return is_bare ? std::string(key) : json_quote(key);
}

std::string toml_value(const Json& value) {
  std::string text;
  if (const Json::Array* array = value.as_array()) {
    for (const Json& element : *array) text += (text.empty() ? "" : ", ") + toml_value(element);
    return "[" + text + "]";
  }
  if (const Json::Object* object = value.as_object()) {
    for (const auto& [name, member] : *object) {
      text +=
          fmt::format("{} {} = {}", text.empty() ? "" : ",", toml_key(name), toml_value(member));
    }
    return text.empty() ? "{}" : "{" + text + " }";
  }
  return value.dump();  // strings, numbers and booleans are written alike
}

}  // namespace pindus
