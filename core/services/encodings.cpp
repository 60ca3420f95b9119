#include "core/services/encodings.hpp"

#include <optional>
#include <string>
#include <utility>

#include <pindus/plugin.h>

#include "core/base/percent.hpp"

namespace pindus::encodings {
namespace {

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view hex_alphabet = "0123456789abcdef";

// An alphabet of 2^n digits: each byte's eight bits come out n at a time. What is reserved
// suffices, so that no half-grown copy of a secret stays behind.
std::string to_digits(std::string_view bytes, std::string_view alphabet, unsigned width) {
  const std::uint32_t mask = (1U << width) - 1;
  std::string out;
  out.reserve(bytes.size() * 8 / width + 4);
  std::uint32_t bits = 0;
  unsigned waiting = 0;  // how many of the bits are not yet written
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<std::uint8_t>(c);
    for (waiting += 8; waiting >= width; waiting -= width) {
      out += alphabet[bits >> (waiting - width) & mask];
    }
  }
  if (waiting > 0) out += alphabet[bits << (width - waiting) & mask];
  return out;
}

// The reverse; nothing for another digit. Bits that fill no byte are dropped.
std::optional<std::string> from_digits(std::string_view digits, std::string_view alphabet,
                                       unsigned width) {
  std::string out;
  out.reserve(digits.size() * width / 8 + 1);
  std::uint32_t bits = 0;
  unsigned waiting = 0;
  for (const char c : digits) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << width | static_cast<std::uint32_t>(value);
    waiting += width;
    if (waiting < 8) continue;
    waiting -= 8;
    out += static_cast<char>(bits >> waiting & 0xFF);
  }
  return out;
}

std::string base64_encoded(std::string_view bytes) {
  std::string text = to_digits(bytes, base64_alphabet, 6);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::optional<std::string> base64_decoded(std::string_view text, std::string_view alphabet) {
  const std::string_view digits = text.substr(0, text.find('='));
  const std::string_view padding = text.substr(digits.size());
  const std::size_t missing = (4 - digits.size() % 4) % 4;
  if (missing == 3) return std::nullopt;
  if (!padding.empty() && padding != std::string_view("==").substr(0, missing)) return std::nullopt;
  return from_digits(digits, alphabet, 6);
}

std::optional<std::string> hex_decoded(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string digits(text);
  for (char& c : digits) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  return from_digits(Secret(std::move(digits)).view(), hex_alphabet, 4);
}

}  // namespace

CryptoResult encode(std::uint32_t encoding, std::string_view in) {
  switch (encoding) {
    case PINDUS_ENCODING_BASE64URL: return Secret(to_digits(in, base64url_alphabet, 6));
    case PINDUS_ENCODING_BASE64: return Secret(base64_encoded(in));
    case PINDUS_ENCODING_HEX: return Secret(to_digits(in, hex_alphabet, 4));
    case PINDUS_ENCODING_PERCENT: return Secret(percent_encoded(in));
    default: return std::unexpected(CryptoFailure{CryptoFailure::Kind::unsupported, {}});
  }
}

CryptoResult decode(std::uint32_t encoding, std::string_view in) {
  std::optional<std::string> bytes;
  switch (encoding) {
    case PINDUS_ENCODING_BASE64URL: bytes = base64_decoded(in, base64url_alphabet); break;
    case PINDUS_ENCODING_BASE64: bytes = base64_decoded(in, base64_alphabet); break;
    case PINDUS_ENCODING_HEX: bytes = hex_decoded(in); break;
    case PINDUS_ENCODING_PERCENT: bytes = percent_decoded(in); break;
    default: return std::unexpected(CryptoFailure{CryptoFailure::Kind::unsupported, {}});
  }
  if (!bytes) return std::unexpected(CryptoFailure{CryptoFailure::Kind::malformed, {}});
  return Secret(*std::move(bytes));
}

}  // namespace pindus::encodings
