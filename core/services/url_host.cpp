#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/text.hpp"
#include "core/services/services.hpp"

namespace pindus {
namespace {

bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool is_address_character(char c) noexcept {
  return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == '.' || c == ':';
}

// Nothing but what every reader of URLs takes for a host, so that none can be led elsewhere.
bool is_host(std::string_view host) noexcept {
  if (host.starts_with('[')) {
    host.remove_prefix(1);
    if (!host.ends_with(']')) return false;
    host.remove_suffix(1);
    return !host.empty() && std::ranges::all_of(host, is_address_character);
  }
  return !host.empty() && std::ranges::all_of(host, is_name_character);
}

}  // namespace

std::optional<std::string> url_host(std::string_view url) {
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  std::string scheme(url.substr(0, colon));
  scheme = ascii_lower(scheme);
  if (scheme != "http" && scheme != "https") return std::nullopt;

  const std::string_view rest = url.substr(colon + 3);
  std::string host(rest.substr(0, rest.find_first_of("/?#")));
  host = ascii_lower(host);

  const std::size_t end_of_name = host.rfind(']') == std::string::npos ? 0 : host.rfind(']');
  const std::size_t port_at = host.find(':', end_of_name);
  if (port_at != std::string::npos) {
    const std::string digits = host.substr(port_at + 1);
    host.resize(port_at);
    unsigned port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    if (port == 0 || port > 65535) return std::nullopt;
    if (!is_host(host)) return std::nullopt;
    if (port != (scheme == "https" ? 443U : 80U)) host += ':' + std::to_string(port);
    return host;
  }
  if (!is_host(host)) return std::nullopt;
  return host;
}

std::optional<std::string> url_origin(std::string_view url) {
  const auto host = url_host(url);
  if (!host) return std::nullopt;
  return ascii_lower(url.substr(0, url.find(':'))) + "://" + *host;
}

}  // namespace pindus
