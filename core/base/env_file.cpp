#include "core/base/env_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/text.hpp"

namespace pindus {
namespace {

constexpr std::string_view escaped = "ntr\"\\$";
constexpr std::string_view meant = "\n\t\r\"\\$";

// What stands behind a value.
bool is_comment(std::string_view rest) {
  rest = trimmed(rest);
  return rest.empty() || rest.starts_with('#');
}

std::optional<SecretText> double_quoted(std::string_view text) {
  SecretText value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      return is_comment(text.substr(i + 1)) ? std::optional(std::move(value)) : std::nullopt;
    }
    if (text[i] != '\\') {
      value += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    const auto which = escaped.find(text[i]);
    if (which == escaped.npos) value += '\\';
    value += which == escaped.npos ? text[i] : meant[which];
  }
  return std::nullopt;
}

// Nothing where quotes aren't closed, or something stands behind them.
std::optional<SecretText> value_of(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('"')) return double_quoted(text.substr(1));
  if (text.starts_with('\'')) {
    const auto end = text.find('\'', 1);
    if (end == text.npos || !is_comment(text.substr(end + 1))) return std::nullopt;
    return SecretText(text.substr(1, end - 1));
  }
  if (text.starts_with('#')) return SecretText();
  for (const std::string_view comment : {" #", "\t#"}) text = text.substr(0, text.find(comment));
  return SecretText(trimmed(text));
}

}  // namespace

std::expected<Assignments, std::string> parse_env_file(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Assignments assignments;
  int number = 0;
  while (!text.empty()) {
    ++number;
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    for (const std::string_view word : {"export ", "export\t"}) {
      if (line.starts_with(word)) line = trimmed(line.substr(word.size()));
    }
    const auto equals = line.find('=');
    const std::string_view name = trimmed(line.substr(0, equals));
    if (equals == line.npos || !is_variable_name(name)) {
      return std::unexpected(fmt::format("line {} is no NAME=VALUE", number));
    }
    const auto value = value_of(line.substr(equals + 1));
    if (!value) {
      return std::unexpected(
          fmt::format("line {}: the quotes around the value of {} are not "
                      "closed, or something stands behind them",
                      number, name));
    }
    if (value->contains('\0')) {
      return std::unexpected(fmt::format("line {}: the value of {} holds a NUL", number, name));
    }
    assignments.emplace_back(name, Secret(std::string_view(*value)));
  }
  return assignments;
}

SecretText env_file_value(std::string_view value) {
  SecretText quoted = "\"";
  for (const char c : value) {
    const auto which = meant.find(c);
    if (which != meant.npos) quoted += '\\';
    quoted += which == meant.npos ? c : escaped[which];
  }
  return quoted += '"';
}

}  // namespace pindus
