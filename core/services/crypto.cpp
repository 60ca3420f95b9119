#include "core/services/crypto.hpp"

#include <botan/base64.h>
#include <botan/hash.h>
#include <botan/mem_ops.h>
#include <botan/system_rng.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace pindus::crypto {
namespace {

const std::uint8_t* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

bool is_base64url(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

}  // namespace

void random(std::span<std::uint8_t> out) {
  try {
    Botan::system_rng().randomize(out.data(), out.size());
  } catch (const std::exception& error) {
    throw std::runtime_error(error.what());
  }
}

Secret sha256(std::string_view in) {
  const auto hash = Botan::HashFunction::create_or_throw("SHA-256");
  hash->update(bytes_of(in), in.size());
  std::string digest(hash->output_length(), '\0');
  hash->final(reinterpret_cast<std::uint8_t*>(digest.data()));
  return Secret(std::move(digest));
}

// Botan knows the other alphabet only (RFC 4648, section 4 instead of 5).
Secret base64url_encode(std::string_view in) {
  std::string text = Botan::base64_encode(bytes_of(in), in.size());
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  text.resize(std::min(text.size(), text.find('=')));
  return Secret(std::move(text));
}

std::optional<Secret> base64url_decode(std::string_view in) {
  const std::string_view padding = in.substr(std::min(in.size(), in.find('=')));
  in.remove_suffix(padding.size());
  const std::size_t missing = (4 - in.size() % 4) % 4;
  if (missing == 3 || !std::ranges::all_of(in, is_base64url)) return std::nullopt;
  if (!padding.empty() && padding != std::string(missing, '=')) return std::nullopt;

  std::string text(in.size() + missing, '=');
  std::ranges::copy(in, text.begin());
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  const Secret base64(std::move(text));

  std::string out(Botan::base64_decode_max_output(base64.view().size()), '\0');
  out.resize(Botan::base64_decode(reinterpret_cast<std::uint8_t*>(out.data()), base64.view().data(),
                                  base64.view().size(), false));
  return Secret(std::move(out));
}

bool equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && Botan::constant_time_compare(bytes_of(a), bytes_of(b), a.size());
}

}  // namespace pindus::crypto
