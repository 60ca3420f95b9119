#include "core/bare/sealed_value.hpp"

#include <stdint.h>

#include "core/bare/aead.hpp"

namespace pindus::bare {

namespace {

static_assert(vault_key_size == aead_key_size);

constexpr Text prefix("enc:", 4);
constexpr Text version("1:", 2);
constexpr size_t nonce_text_size = seal_nonce_size / 3 * 4;
constexpr unsigned no_sextet = 64;

// The six bits that a character of base64url stands for (RFC 4648, section 5).
unsigned sextet_of(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a') + 26;
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0') + 52;
  if (c == '-') return 62;
  return c == '_' ? 63 : no_sextet;
}

size_t decoded_size(size_t text_size) {
  return text_size / 4 * 3 + text_size % 4 * 3 / 4;
}

size_t encoded_size(size_t size) {
  return size / 3 * 4 + (size % 3 * 4 + 2) / 3;
}

// Whether it is the one text that stands for some bytes: no padding, and zeros in the bits that
// the last character has too many.
bool is_base64url(Text text) {
  unsigned last = 0;
  for (size_t i = 0; i < text.size; ++i) {
    last = sextet_of(text.data[i]);
    if (last == no_sextet) return false;
  }
  switch (text.size % 4) {
    case 0: return true;
    case 2: return (last & 15) == 0;
    case 3: return (last & 3) == 0;
    default: return false;
  }
}

// Decodes what is_base64url: the first `head_size` bytes to `head`, the others to `tail`.
void decode(Text text, unsigned char* head, size_t head_size, unsigned char* tail) {
  unsigned bits = 0;
  unsigned bit_count = 0;
  size_t size = 0;
  for (size_t i = 0; i < text.size; ++i) {
    bits = bits << 6 | sextet_of(text.data[i]);
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    unsigned char& byte = size < head_size ? head[size] : tail[size - head_size];
    byte = static_cast<unsigned char>(bits >> bit_count);
    ++size;
  }
}

// Writes the text for `size` bytes, which may stand at the end of where it goes: what is
// overwritten was read.
void encode(const unsigned char* bytes, size_t size, char* text) {
  static constexpr char characters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (size_t i = 0; i < size; i += 3) {
    const size_t count = size - i < 3 ? size - i : 3;
    unsigned bits = 0;
    for (size_t j = 0; j < 3; ++j) bits = bits << 8 | (j < count ? bytes[i + j] : 0U);
    for (size_t j = 0; j <= count; ++j) *text++ = characters[bits >> (18 - 6 * j) & 63];
  }
}

// The secret's key and place as one row of bytes, in which no two are alike: each name has its size
// in front.
class Binding {
 public:
  Binding(Text key_id, const SecretPlace& place) {
    const Text names[] = {key_id, place.provider, place.account, place.member};
    for (size_t i = 0; i < name_count; ++i) {
      sizes_[i] = names[i].size;
      parts_[1 + 2 * i] = Text(reinterpret_cast<const char*>(&sizes_[i]), sizeof sizes_[i]);
      parts_[2 + 2 * i] = names[i];
    }
  }
  Binding(const Binding&) = delete;
  Binding& operator=(const Binding&) = delete;

  [[nodiscard]] AssociatedData data() const { return {parts_, 1 + 2 * name_count}; }

 private:
  static constexpr size_t name_count = 4;

  uint64_t sizes_[name_count];
  Text parts_[1 + 2 * name_count] = {Text("pindus\1", 7)};
};

bool is_key_id(Text text) {
  for (size_t i = 0; i < text.size; ++i) {
    const char c = text.data[i];
    if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) return false;
  }
  return text.size == vault_key_id_size;
}

// Takes `size` bytes and the colon behind them off the text's beginning.
bool take_part(Text& text, size_t size, Text& part) {
  if (text.size <= size || text.data[size] != ':') return false;
  part = Text(text.data, size);
  text = Text(text.data + size + 1, text.size - size - 1);
  return true;
}

}  // namespace

bool is_sealed(Text value) {
  return starts_with(value, prefix);
}

bool read_sealed(Text value, SealedValue& parts) {
  if (!is_sealed(value)) return false;
  Text rest(value.data + prefix.size, value.size - prefix.size);
  if (!starts_with(rest, version)) return false;
  rest = Text(rest.data + version.size, rest.size - version.size);
  if (!take_part(rest, vault_key_id_size, parts.key_id) ||
      !take_part(rest, nonce_text_size, parts.nonce)) {
    return false;
  }
  parts.ciphertext = rest;
  return is_key_id(parts.key_id) && is_base64url(parts.nonce) && is_base64url(rest) &&
         decoded_size(rest.size) >= aead_tag_size;
}

bool open_sealed(const SealedValue& value, const unsigned char (&key)[vault_key_size],
                 const SecretPlace& place, TextBuffer& out) {
  const size_t whole_size = decoded_size(value.ciphertext.size);
  if (value.nonce.size != nonce_text_size || whole_size < aead_tag_size) return false;
  if (!is_base64url(value.nonce) || !is_base64url(value.ciphertext)) return false;
  const size_t size = whole_size - aead_tag_size;
  if (out.data == nullptr || out.overflow || size > out.capacity - out.size) return false;
  unsigned char nonce[seal_nonce_size];
  decode(value.nonce, nullptr, 0, nonce);
  auto* const bytes = reinterpret_cast<unsigned char*>(out.data + out.size);
  AeadTag tag;
  decode(value.ciphertext, bytes, size, tag);
  if (!open(ChaCha20(key, nonce), Binding(value.key_id, place).data(), bytes, size, tag)) {
    return false;
  }
  out.size += size;
  return true;
}

size_t sealed_size(size_t secret_size) {
  return prefix.size + version.size + vault_key_id_size + 1 + nonce_text_size + 1 +
         encoded_size(secret_size + aead_tag_size);
}

void append_sealed(Text secret, Text key_id, const unsigned char (&key)[vault_key_size],
                   const unsigned char (&nonce)[seal_nonce_size], const SecretPlace& place,
                   TextBuffer& out) {
  if (out.data == nullptr) return;
  if (out.overflow || sealed_size(secret.size) > out.capacity - out.size) {
    out.overflow = true;
    return;
  }
  char nonce_text[nonce_text_size];
  encode(nonce, sizeof nonce, nonce_text);
  const Text parts[] = {prefix, version, key_id, ":", {nonce_text, sizeof nonce_text}, ":"};
  for (const Text part : parts) out.append(part);
  const size_t whole_size = secret.size + aead_tag_size;
  char* const text = out.data + out.size;
  out.size += encoded_size(whole_size);
  auto* const bytes = reinterpret_cast<unsigned char*>(out.data + out.size - whole_size);
  if (secret.size != 0) memcpy(bytes, secret.data, secret.size);
  AeadTag tag;
  seal(ChaCha20(key, nonce), Binding(key_id, place).data(), bytes, secret.size, tag);
  memcpy(bytes + secret.size, tag, sizeof tag);
  encode(bytes, whole_size, text);
}

}  // namespace pindus::bare
