#include "core/broker/request_target.hpp"

#include <algorithm>

#include "core/base/percent.hpp"
#include "core/base/text.hpp"

namespace pindus::broker {
namespace {

std::unexpected<Refusal> bad_target(std::string message) {
  return std::unexpected(Refusal{400, "target", std::move(message)});
}

// RFC 3986, section 3.3: what a path is made of beside letters, digits and slashes.
bool is_path_character(char c) {
  constexpr std::string_view others = "-._~!$&'()*+,;=:@%/";
  return is_ascii_alphanumeric(c) || others.contains(c);
}

bool is_query_character(char c) {
  return c > ' ' && c < 0x7f && c != '#';
}

bool is_unreserved(char c) {
  return is_ascii_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// RFC 3986, section 6.2.2.2: the same path in the only spelling that rules are compared with.
// Nothing where an escape is none, or stands for what no path may hold.
std::optional<std::string> normalised(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') {
      out += path[i];
      continue;
    }
    const auto byte = percent_decoded(path.substr(i, 3));
    if (!byte || byte->size() != 1) return std::nullopt;
    const char c = byte->front();
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (is_control || c == '/' || c == '\\' || c == '%') return std::nullopt;
    if (is_unreserved(c)) {
      out += c;
    } else {
      append_percent_escape(out, c);
    }
    i += 2;
  }
  return out;
}

// Some servers cut what is behind a semicolon off a segment, and so make dots of "..;".
bool is_odd_segment(std::string_view segment) {
  const std::string_view name = segment.substr(0, segment.find(';'));
  return name.empty() || name == "." || name == "..";
}

}  // namespace

std::expected<RequestTarget, Refusal> parse_target(std::string_view target) {
  if (!target.starts_with('/')) return bad_target("the request's target is no path");
  const std::size_t question = target.find('?');
  const std::string_view raw_path = target.substr(0, question);
  RequestTarget result;
  if (question != target.npos) result.query = target.substr(question + 1);
  if (!std::ranges::all_of(raw_path, is_path_character) ||
      !std::ranges::all_of(result.query, is_query_character)) {
    return bad_target("the request's target holds a character that no address may hold");
  }
  const auto path = normalised(raw_path.substr(1));
  if (!path) return bad_target("an escape in the request's path is none, or hides a slash");
  const std::size_t end = std::min(path->find('/'), path->size());
  const auto provider = percent_decoded(path->substr(0, end));
  if (!provider || is_odd_segment(*provider)) {
    return bad_target("the request's path doesn't begin with a provider");
  }
  result.provider = ascii_lower(*provider);
  result.path = end == path->size() ? "/" : path->substr(end);
  std::string_view rest = std::string_view(result.path).substr(1);
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    if (is_odd_segment(rest.substr(0, slash))) {
      return bad_target("the request's path has a segment that is empty or consists of dots");
    }
    rest = slash == rest.npos ? std::string_view() : rest.substr(slash + 1);
  }
  return result;
}

std::string without_parameter(std::string_view query, std::string_view name, std::string& value) {
  std::string rest;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    if (percent_decoded(parameter.substr(0, equals)).value_or("") == name) {
      const auto text = parameter.substr(std::min(equals + 1, parameter.size()));
      value = percent_decoded(text).value_or("");
      continue;
    }
    if (!rest.empty()) rest += '&';
    rest += parameter;
  }
  return rest;
}

}  // namespace pindus::broker
