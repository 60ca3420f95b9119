#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/bare/text.hpp"

namespace pindus::bare {

/// What secrets are sealed with: ChaCha20-Poly1305 (RFC 8439) and, with a nonce that is long enough
/// to come by chance, XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03). Nothing in it depends on a
/// secret in the time that it takes, and no key or keystream is left in memory. All functions: any
/// thread.

inline constexpr size_t aead_key_size = 32;
inline constexpr size_t aead_tag_size = 16;

using AeadKey = unsigned char[aead_key_size];
using AeadTag = unsigned char[aead_tag_size];

/// A key of its own for each of the first sixteen bytes of a long nonce (the draft, section 2.2).
void hchacha20(const AeadKey& key, const unsigned char (&nonce)[16], AeadKey& subkey);

/// The keystream of a key and a nonce, which may seal one text and no more.
class ChaCha20 {
 public:
  ChaCha20(const AeadKey& key, const unsigned char (&nonce)[12]);  ///< of RFC 8439
  ChaCha20(const AeadKey& key, const unsigned char (&nonce)[24]);  ///< XChaCha20
  ChaCha20(const ChaCha20&) = delete;
  ChaCha20& operator=(const ChaCha20&) = delete;
  ~ChaCha20();

  /// Sixty-four bytes of it.
  void block(uint32_t counter, unsigned char (&bytes)[64]) const;

  /// Turns plain bytes into sealed ones in their place, or the other way: from block 1 on.
  void apply(unsigned char* bytes, size_t size) const;

 private:
  void set(const AeadKey& key, const unsigned char* nonce);

  uint32_t state_[16];
};

/// What proves that bytes are those of somebody who has the key, which may serve for one text.
class Poly1305 {
 public:
  explicit Poly1305(const unsigned char (&key)[32]);
  Poly1305(const Poly1305&) = delete;
  Poly1305& operator=(const Poly1305&) = delete;
  ~Poly1305();

  void add(const unsigned char* bytes, size_t size);

  /// Adds zero bytes up to a multiple of sixteen.
  void pad();

  /// Once, at the end.
  void finish(AeadTag& tag);

 private:
  void take_block(uint64_t end_mark);

  uint64_t factor_[2];
  uint64_t addend_[2];
  uint64_t sum_[3] = {};
  unsigned char waiting_[16];
  size_t waiting_size_ = 0;
};

/// What a sealed text is bound to: the bytes of all parts, one behind the other.
struct AssociatedData {
  const Text* parts;
  size_t count;
};

/// Seals `size` bytes in their place.
void seal(const ChaCha20& cipher, AssociatedData bound_to, unsigned char* bytes, size_t size,
          AeadTag& tag);

/// Opens them in their place; false where any of it isn't what was sealed, and then they stay as
/// they are.
[[nodiscard]] bool open(const ChaCha20& cipher, AssociatedData bound_to, unsigned char* bytes,
                        size_t size, const AeadTag& tag);

}  // namespace pindus::bare
