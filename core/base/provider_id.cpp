#include "core/base/provider_id.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/bare/provider_id.hpp"
#include "core/base/fingerprint.hpp"
#include "core/base/text.hpp"

namespace pindus {
namespace {

bare::Text bytes_of(std::string_view text) noexcept {
  return {text.data(), text.size()};
}

// RFC 3986, section 2: what an address is made of, but for the fragment's mark.
bool may_stand_in_address(char c) noexcept {
  constexpr std::string_view others = "-._~:/?[]@!$&'()*+,;=%";
  return is_ascii_alphanumeric(c) || others.contains(c);
}

bool is_host_character(char c) noexcept {
  return is_ascii_alphanumeric(c) || c == '.' || c == '-' || c == '_';
}

bool is_port(std::string_view digits) noexcept {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc() && end == digits.data() + digits.size() && port > 0 && port <= 65535;
}

bool is_authority(std::string_view authority) noexcept {
  std::string_view rest;
  if (authority.starts_with('[')) {
    const std::size_t bracket = authority.find(']');
    if (bracket == authority.npos || bracket < 3) return false;
    const std::string_view address = authority.substr(1, bracket - 1);
    if (address.find_first_not_of("0123456789abcdefABCDEF:.") != address.npos) return false;
    rest = authority.substr(bracket + 1);
  } else {
    const std::size_t end = std::min(authority.find(':'), authority.size());
    if (end == 0 || !std::ranges::all_of(authority.substr(0, end), is_host_character)) return false;
    rest = authority.substr(end);
  }
  return rest.empty() || (rest.starts_with(':') && is_port(rest.substr(1)));
}

}  // namespace

bool same_provider(std::string_view a, std::string_view b) noexcept {
  return bare::same_provider(bytes_of(a), bytes_of(b));
}

std::size_t size_without_case(std::string_view id) noexcept {
  return bare::size_without_case(bytes_of(id));
}

std::string folded_provider(std::string_view id) {
  const std::size_t end = size_without_case(id);
  return ascii_lower(id.substr(0, end)).append(id.substr(end));
}

bool begins_as_address(std::string_view id) noexcept {
  return bare::authority_of_address(bytes_of(id)) != 0;
}

bool is_address_id(std::string_view id) {
  const std::size_t begin = bare::authority_of_address(bytes_of(id));
  if (begin == 0 || id.size() > bare::longest_provider_id) return false;
  return std::ranges::all_of(id, may_stand_in_address) &&
         is_authority(id.substr(begin, size_without_case(id) - begin));
}

std::string provider_segment(std::string_view id) {
  if (!begins_as_address(id)) return std::string(id);
  const std::string folded = folded_provider(id);
  const std::size_t begin = bare::authority_of_address(bytes_of(folded));
  std::string host = folded.substr(begin, size_without_case(folded) - begin);
  std::ranges::replace_if(host, [](char c) { return !is_host_character(c); }, '-');
  Fingerprint whole;
  whole.add(folded);
  return fmt::format("{}-{:016x}", host, whole.value());
}

}  // namespace pindus
