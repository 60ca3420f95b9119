#pragma once

#include <stddef.h>

#include "core/bare/text.hpp"
#include "core/bare/vault_key.hpp"

namespace pindus::bare {

/// A secret of a vault in the form in which it is stored where the vault is protected:
/// `enc:1:KEYID:NONCE:CIPHERTEXT`, the last two in base64url without padding, of which only one
/// text stands for a value. It is sealed by XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03, RFC
/// 8439), and in another place it is worth nothing, since this is its associated data: "pindus", a
/// byte 1, then key id, provider, account and member, each with its size in front, in eight bytes,
/// the lowest first. All functions: any thread.

inline constexpr size_t seal_nonce_size = 24;

/// Where a secret stands: the names as the vault has them, without JSON's escapes.
struct SecretPlace {
  Text provider;
  Text account;
  Text member;
};

/// The parts of such a text, which they borrow.
struct SealedValue {
  Text key_id;
  Text nonce;       ///< in base64url
  Text ciphertext;  ///< in base64url, the tag at its end
};

/// Whether it says that it is one, in whatever version: no key begins so.
[[nodiscard]] bool is_sealed(Text value);

/// Reads one; false where it is none of version 1.
[[nodiscard]] bool read_sealed(Text value, SealedValue& parts);

/// Appends the secret to `out`; false, and nothing in `out`, where it was sealed with another key
/// or for another place, or isn't what was sealed, or doesn't fit.
[[nodiscard]] bool open_sealed(const SealedValue& value, const unsigned char (&key)[vault_key_size],
                               const SecretPlace& place, TextBuffer& out);

/// The size of a secret's sealed form.
[[nodiscard]] size_t sealed_size(size_t secret_size);

/// Appends the sealed form of a secret. Each nonce is used once, and comes by chance.
void append_sealed(Text secret, Text key_id, const unsigned char (&key)[vault_key_size],
                   const unsigned char (&nonce)[seal_nonce_size], const SecretPlace& place,
                   TextBuffer& out);

}  // namespace pindus::bare
