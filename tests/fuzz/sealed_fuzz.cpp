// A protected vault's values as anybody may write them. Arbitrary bytes never open; what is read as
// a sealed value is the one text for its parts. What is sealed here Botan opens, and the other way,
// with the same bytes; and changed anywhere, or in another place, it doesn't open.

#include <botan/aead.h>

#include <optional>
#include <string>
#include <vector>

#include "core/bare/sealed_value.hpp"
#include "tests/fuzz/property.hpp"

namespace {

using pindus::bare::SealedValue;
using pindus::bare::SecretPlace;
using pindus::bare::Text;
using pindus::bare::TextBuffer;
using pindus::test::hold;

constexpr std::string_view key_id = "0123456789abcdef";

struct Names {
  std::string_view provider, account, member;
};

Text text(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

SecretPlace place_of(const Names& names) {
  return {text(names.provider), text(names.account), text(names.member)};
}

std::optional<std::string> open(std::string_view value, const unsigned char (&key)[32],
                                const Names& names) {
  SealedValue parts;
  if (!pindus::bare::read_sealed(text(value), parts)) return std::nullopt;
  std::string secret(value.size(), '\0');
  TextBuffer out(secret.data(), secret.size());
  if (!pindus::bare::open_sealed(parts, key, place_of(names), out)) return std::nullopt;
  secret.resize(out.size);
  return secret;
}

void add_size(std::vector<std::uint8_t>& bytes, std::size_t size) {
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<std::uint8_t>(size >> (8 * i)));
}

// What a value is bound to, as sealed_value.hpp says.
std::vector<std::uint8_t> bound_to(const Names& names) {
  std::vector<std::uint8_t> bytes = {'p', 'i', 'n', 'd', 'u', 's', 1};
  for (const std::string_view name : {key_id, names.provider, names.account, names.member}) {
    add_size(bytes, name.size());
    bytes.insert(bytes.end(), name.begin(), name.end());
  }
  return bytes;
}

std::string base64url(const std::uint8_t* bytes, std::size_t size) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string result;
  unsigned bits = 0;
  int count = 0;
  for (std::size_t i = 0; i < size; ++i) {
    bits = bits << 8 | bytes[i];
    for (count += 8; count >= 6; count -= 6) result += alphabet[bits >> (count - 6) & 63];
  }
  if (count > 0) result += alphabet[bits << (6 - count) & 63];
  return result;
}

std::string sealed_by_botan(std::string_view secret, const unsigned char (&key)[32],
                            const unsigned char (&nonce)[24], const Names& names) {
  // Never destroyed: Botan's memory is gone before that at the end.
  static Botan::AEAD_Mode& mode =
      *Botan::AEAD_Mode::create_or_throw("ChaCha20Poly1305", Botan::ENCRYPTION).release();
  mode.set_key(key, sizeof key);
  mode.set_associated_data_vec(bound_to(names));
  mode.start(nonce, sizeof nonce);
  Botan::secure_vector<std::uint8_t> bytes(secret.begin(), secret.end());
  mode.finish(bytes);
  return "enc:1:" + std::string(key_id) + ":" + base64url(nonce, sizeof nonce) + ":" +
         base64url(bytes.data(), bytes.size());
}

std::string sealed_here(std::string_view secret, const unsigned char (&key)[32],
                        const unsigned char (&nonce)[24], const Names& names) {
  std::string value(pindus::bare::sealed_size(secret.size()), '\0');
  TextBuffer out(value.data(), value.size());
  pindus::bare::append_sealed(text(secret), text(key_id), key, nonce, place_of(names), out);
  hold(!out.overflow && out.size == value.size(), "a sealed value has the size that is told");
  return value;
}

// Reads the input as a value.
void check_strange(std::string_view input) {
  const unsigned char key[32] = {9};
  hold(!open(input, key, {"p", "a", "key"}), "what nobody sealed doesn't open");
  SealedValue parts;
  if (!pindus::bare::read_sealed(text(input), parts)) return;
  const std::string again = "enc:1:" + std::string(parts.key_id.data, parts.key_id.size) + ":" +
                            std::string(parts.nonce.data, parts.nonce.size) + ":" +
                            std::string(parts.ciphertext.data, parts.ciphertext.size);
  hold(again == input, "a value that is read consists of its parts");
}

struct Seal {
  unsigned char key[32];
  unsigned char nonce[24];
};

// Reads it as key, nonce, names and a secret, and as what to change.
void check_agreement(std::string_view input) {
  const auto seal = pindus::test::take<Seal>(input);
  const auto at = pindus::test::take<std::uint16_t>(input);
  const auto change = pindus::test::take<std::uint8_t>(input);
  Names names;
  names.provider = pindus::test::take_line(input);
  names.account = pindus::test::take_line(input);
  names.member = pindus::test::take_line(input);
  const std::string value = sealed_here(input, seal.key, seal.nonce, names);
  hold(value == sealed_by_botan(input, seal.key, seal.nonce, names), "Botan seals the same");
  const auto opened = open(value, seal.key, names);
  hold(opened && *opened == input, "what was sealed opens");

  std::string changed = value;
  char& byte = changed[at % changed.size()];
  byte = static_cast<char>(byte ^ change);
  hold(change == 0 || !open(changed, seal.key, names), "what was changed doesn't open");
  hold(!open(value, seal.key, {names.account, names.provider, names.member}) ||
           names.account == names.provider,
       "nothing opens in another place");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto input = pindus::test::text_of_input(bytes, size);
  check_strange(input);
  check_agreement(input);
  return 0;
}
