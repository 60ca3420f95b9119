#include "core/import/plain_yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/text.hpp"
#include "core/base/utf8.hpp"

namespace pindus {
namespace {

struct Line {
  int number = 0;
  std::size_t indent = 0;
  std::string_view text;  // without its indentation and what is blank at its end
};

struct Member {
  std::string name;
  std::string value;
};

using Failure = std::unexpected<std::string>;

Failure refused(int line, std::string_view why) {
  return Failure(fmt::format("line {} {}", line, why));
}

// What stands behind a value, or alone.
bool is_comment(std::string_view rest) {
  const std::string_view text = trimmed(rest);
  return text.empty() || (text.starts_with('#') && (rest[0] == ' ' || rest[0] == '\t'));
}

// The text in quotes at the start of `rest`, which is left at what stands behind it.
std::optional<std::string> take_quoted(std::string_view& rest) {
  const char quote = rest.front();
  rest.remove_prefix(1);
  std::string value;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != quote && !(c == '\\' && quote == '"')) {
      value += c;
      continue;
    }
    if (c == '\\') {
      if (rest.empty() || !std::string_view("\"\\/").contains(rest.front())) return std::nullopt;
    } else if (quote == '"' || !rest.starts_with('\'')) {
      return value;
    }
    value += rest.front();
    rest.remove_prefix(1);
  }
  return std::nullopt;
}

std::expected<std::string, std::string> value_of(const Line& line, std::string_view rest) {
  rest = trimmed(rest);
  if (rest.empty() || rest.front() == '#') return std::string();
  if (rest.front() == '"' || rest.front() == '\'') {
    auto value = take_quoted(rest);
    if (!value) return refused(line.number, "has quotes that aren't closed, or an escape");
    if (!is_comment(rest)) return refused(line.number, "has something behind a text in quotes");
    return *std::move(value);
  }
  if (rest == "{}") return std::string();
  if (std::string_view("[]{}&*!|>%@`,").contains(rest.front()) || rest.starts_with("- ")) {
    return refused(line.number, "has a value that is more than a text on one line");
  }
  const auto comment = std::min(rest.find(" #"), rest.find("\t#"));
  const std::string_view plain = trimmed(rest.substr(0, comment));
  if (plain.contains(": ") || plain.ends_with(':')) {
    return refused(line.number, "has a mapping on one line");
  }
  return std::string(plain);
}

std::expected<Member, std::string> member_of(const Line& line) {
  std::string_view rest = line.text;
  if (rest == "-" || rest.starts_with("- ")) return refused(line.number, "begins a list");
  std::string name;
  if (rest.front() == '"' || rest.front() == '\'') {
    auto quoted = take_quoted(rest);
    if (!quoted || !rest.starts_with(':')) return refused(line.number, "is no NAME: VALUE");
    name = *std::move(quoted);
  } else {
    auto colon = rest.find(": ");
    if (colon == rest.npos && rest.ends_with(':')) colon = rest.size() - 1;
    if (colon == rest.npos || std::string_view("[]{}&*!|>%@`?,#:").contains(rest.front())) {
      return refused(line.number, "is no NAME: VALUE");
    }
    name = trimmed(rest.substr(0, colon));
    rest.remove_prefix(colon);
  }
  auto value = value_of(line, rest.substr(1));
  if (!value) return Failure(std::move(value).error());
  return Member{std::move(name), *std::move(value)};
}

std::expected<std::vector<Line>, std::string> lines_of(std::string_view text) {
  std::vector<Line> lines;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view whole = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view inner = trimmed(whole);
    if (inner.empty() || inner.starts_with('#')) continue;
    const std::size_t indent = whole.find_first_not_of(' ');
    if (whole[indent] == '\t') return refused(number, "is indented by a tab");
    if (indent == 0 && inner == "---" && lines.empty()) continue;
    if (indent == 0 && (inner == "---" || inner == "...")) {
      return refused(number, "begins another document");
    }
    lines.push_back({number, indent, inner});
  }
  return lines;
}

constexpr int deepest_level = 16;

// The mapping whose members stand at the indentation of the line at `at`, which ends behind it.
std::expected<Json, std::string> mapping_at(const std::vector<Line>& lines, std::size_t& at,
                                            int level) {
  if (level > deepest_level) return refused(lines[at].number, "is nested too deep");
  const std::size_t indent = lines[at].indent;
  Json::Object members;
  while (at < lines.size() && lines[at].indent == indent) {
    const Line& line = lines[at++];
    auto member = member_of(line);
    if (!member) return Failure(std::move(member).error());
    if (std::ranges::find(members, member->name, &Json::Object::value_type::first) !=
        members.end()) {
      return refused(line.number, "has a name that stands there twice");
    }
    Json value(std::move(member->value));
    if (at < lines.size() && lines[at].indent > indent) {
      if (!value.as_string()->empty()) return refused(lines[at].number, "goes on with a text");
      auto inner = mapping_at(lines, at, level + 1);
      if (!inner) return inner;
      value = *std::move(inner);
    }
    members.emplace_back(std::move(member->name), std::move(value));
  }
  if (at < lines.size() && lines[at].indent > indent) {
    return refused(lines[at].number, "is indented as no other");
  }
  return Json(std::move(members));
}

}  // namespace

std::expected<Json, std::string> parse_plain_yaml(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (!is_utf8(text) || text.contains('\0')) return Failure("it is no text");
  auto lines = lines_of(text);
  if (!lines) return Failure(std::move(lines).error());
  if (lines->empty()) return Json(Json::Object());
  std::size_t at = 0;
  auto mapping = mapping_at(*lines, at, 1);
  if (mapping && at < lines->size()) return refused((*lines)[at].number, "is indented as no other");
  return mapping;
}

}  // namespace pindus
