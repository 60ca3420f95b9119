#include "core/import/token_end.hpp"

#include <string>

#include "core/base/json.hpp"

namespace pindus {
namespace {

// RFC 4648, section 5, without padding.
std::optional<std::string> decode_base64url(std::string_view text) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == alphabet.npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return bytes;
}

}  // namespace

std::optional<std::int64_t> end_in_token(std::string_view token) {
  constexpr std::int64_t latest_s = 253'402'300'799;  // the year 9999
  const auto first = token.find('.');
  const auto second = first == token.npos ? first : token.find('.', first + 1);
  if (second == token.npos) return std::nullopt;
  const auto text = decode_base64url(token.substr(first + 1, second - first - 1));
  const auto claims = text ? Json::parse(*text) : std::unexpected(std::string());
  const Json* end = claims ? claims->find("exp") : nullptr;
  const auto seconds = end == nullptr ? std::nullopt : end->as_integer();
  if (!seconds || *seconds <= 0 || *seconds > latest_s) return std::nullopt;
  return *seconds * 1000;
}

}  // namespace pindus
