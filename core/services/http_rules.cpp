#include "core/services/http_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "core/base/text.hpp"

namespace pindus::http {
namespace {

using Kind = HttpFailure::Kind;

constexpr std::size_t max_method = 32;

bool is_graphic(char c) noexcept {
  return c > ' ' && c < '\x7f';
}

// RFC 9110, section 5.6.2.
bool is_token(std::string_view name) noexcept {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return is_graphic(c) &&
           std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos;
  });
}

// RFC 9110, section 5.5: a line break would begin a header field of its own.
bool is_field_value(std::string_view value) noexcept {
  return std::ranges::none_of(
      value, [](char c) { return (c >= '\0' && c < ' ' && c != '\t') || c == '\x7f'; });
}

// Fields that say where the request goes and where it ends: curl's business.
bool is_reserved(std::string_view name) {
  constexpr std::array<std::string_view, 6> reserved = {
      "connection", "content-length", "expect", "host", "transfer-encoding", "upgrade"};
  return std::ranges::any_of(
      reserved, [&](std::string_view other) { return equal_ignoring_case(name, other); });
}

// What the method is, where it can't be sent. CONNECT would speak to another host, and TRACE sends
// back what it was sent, secrets too.
std::optional<std::string_view> refuse_method(std::string_view method, bool has_body) {
  if (!is_token(method) || method.size() > max_method) return "a method that is none";
  for (const std::string_view other : {"CONNECT", "TRACE"}) {
    if (equal_ignoring_case(method, other)) return "a method that is never used here";
  }
  if (has_body && (method == "GET" || method == "HEAD")) {
    return "a body, though its method has none";
  }
  return std::nullopt;
}

// 127.0.0.0/8 written with four plain decimals; other spellings of it are not worth the doubt.
bool is_loopback_address(std::string_view host) noexcept {
  for (int part = 0; part < 4; ++part) {
    const std::string_view digits = host.substr(0, host.find('.'));
    unsigned value = 256;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size() || value > 255) return false;
    if (digits.size() > 1 && digits[0] == '0') return false;
    if (part == 0 && value != 127) return false;
    if ((part == 3) != (digits.size() == host.size())) return false;
    if (part < 3) host.remove_prefix(digits.size() + 1);
  }
  return true;
}

bool is_loopback(std::string_view host_and_port) noexcept {
  const std::size_t bracket = host_and_port.find(']');
  const std::string_view host = bracket != std::string_view::npos
                                    ? host_and_port.substr(0, bracket + 1)
                                    : host_and_port.substr(0, host_and_port.find(':'));
  return host == "[::1]" || is_loopback_address(host) || is_loopback_name(host_and_port);
}

HttpFailure invalid(std::string message) {
  return {Kind::invalid, std::move(message), {}};
}

}  // namespace

bool is_encrypted(std::string_view url) noexcept {
  return url.find(':') == std::string_view("https").size();
}

bool is_loopback_name(std::string_view host_and_port) noexcept {
  std::string_view name = host_and_port.substr(0, host_and_port.find(':'));
  if (name.ends_with('.')) name.remove_suffix(1);  // the root's, which changes no name
  return name == "localhost" || name.ends_with(".localhost");
}

std::optional<HttpFailure> refuse_request(const HttpRequest& request) {
  const auto host = url_host(request.url);
  if (!host || !std::ranges::all_of(request.url, is_graphic)) {
    return invalid("an address that a request was to go to is not a plain http(s) URL");
  }
  if (std::ranges::find(request.allowed_hosts, *host) == request.allowed_hosts.end()) {
    return HttpFailure{Kind::forbidden,
                       fmt::format("{} is not a host that this method may talk to", *host),
                       "the hosts are those of the options ending in _url in the provider's "
                       "manifest: pindus plugin show"};
  }
  if (!is_encrypted(request.url) && !is_loopback(*host)) {
    return HttpFailure{Kind::forbidden,
                       fmt::format("{} would be spoken to without encryption", *host),
                       "use an https address in the provider's manifest"};
  }
  if (const auto what = refuse_method(request.method, !request.body.empty())) {
    return invalid(fmt::format("a request to {} has {}", *host, *what));
  }
  if (!is_field_value(request.user_agent)) {
    return invalid(fmt::format("the user agent for {} holds control characters", *host));
  }
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name) || is_reserved(name) || !is_field_value(value.view())) {
      return invalid(fmt::format("a request to {} has a header field that can't be sent", *host));
    }
  }
  return std::nullopt;
}

}  // namespace pindus::http
