#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace pindus::bare {

/// Sixteen bytes looked at in one go, with what every x86-64 and arm64 has: to ask a processor
/// for more costs a virtual machine longer than most vaults take to read.
class Block {
 public:
  static constexpr size_t size = 16;

  explicit Block(const char* bytes) { memcpy(&bytes_, bytes, size); }

  /// The index of the first byte that ends a plain run in a string: a quote, a backslash, a
  /// control character or one beyond ASCII (negative, as these bytes are signed); else `size`.
  [[nodiscard]] size_t first_special() const {
    return first((bytes_ == '"') | (bytes_ == '\\') | (bytes_ < ' '));
  }

  /// The index of the first byte that is no blank of RFC 8259, section 2; else `size`.
  [[nodiscard]] size_t first_nonblank() const {
    return first(~((bytes_ == ' ') | (bytes_ == '\n') | (bytes_ == '\r') | (bytes_ == '\t')));
  }

 private:
  using Bytes = signed char __attribute__((vector_size(16)));

  // The index of the first byte of `mask` that is all ones.
  [[nodiscard]] static size_t first(Bytes mask) {
#if defined(__x86_64__)
    using Chars = char __attribute__((vector_size(16)));
    const unsigned bits =
        static_cast<unsigned>(__builtin_ia32_pmovmskb128(reinterpret_cast<Chars>(mask)));
    return static_cast<size_t>(__builtin_ctz(bits | 1U << size));
#elif defined(__aarch64__)
    const uint8x8_t nibbles = vshrn_n_u16(reinterpret_cast<uint16x8_t>(mask), 4);
    const uint64_t bits = vget_lane_u64(vreinterpret_u64_u8(nibbles), 0);
    return bits == 0 ? size : static_cast<size_t>(__builtin_ctzll(bits)) / 4;
#else
#error "pindus runs on x86-64 and arm64"
#endif
  }

  Bytes bytes_;
};

}  // namespace pindus::bare
