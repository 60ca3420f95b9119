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
  /// control character or one beyond ASCII; else `size`.
  [[nodiscard]] size_t first_special() const { return first(special()); }

  /// The same of the four blocks at `bytes`; else `4 * size`.
  [[nodiscard]] static size_t first_special_of_four(const char* bytes) {
    return first_of_four(Block(bytes).special(), Block(bytes + size).special(),
                         Block(bytes + 2 * size).special(), Block(bytes + 3 * size).special());
  }

  /// The index of the first byte that is no blank of RFC 8259, section 2; else `size`.
  [[nodiscard]] size_t first_nonblank() const {
    return first(~(equal(' ') | equal('\n') | equal('\r') | equal('\t')));
  }

  /// The index of the first byte that is no digit; else `size`.
  [[nodiscard]] size_t first_nondigit() const {
    return first(reinterpret_cast<Bytes>(bytes_ - '0' > 9));
  }

 private:
  using Bytes = unsigned char __attribute__((vector_size(16)));

  [[nodiscard]] Bytes equal(unsigned char byte) const {
    return reinterpret_cast<Bytes>(bytes_ == byte);
  }

  // Only the highest bit of each byte counts. What is below a blank has it after the subtraction,
  // what is beyond ASCII has it before.
  [[nodiscard]] Bytes special() const { return bytes_ | (bytes_ - ' ') | equal('"') | equal('\\'); }

  // The index of the first byte whose highest bit is set; else the number of bytes.
#if defined(__x86_64__)
  [[nodiscard]] static uint64_t bits(Bytes mask) {
    using Chars = char __attribute__((vector_size(16)));
    return static_cast<unsigned>(__builtin_ia32_pmovmskb128(reinterpret_cast<Chars>(mask)));
  }
  [[nodiscard]] static size_t first(Bytes mask) {
    return static_cast<size_t>(__builtin_ctz(static_cast<unsigned>(bits(mask)) | 1U << size));
  }
  [[nodiscard]] static size_t first_of_four(Bytes a, Bytes b, Bytes c, Bytes d) {
    const uint64_t all = bits(a) | bits(b) << 16 | bits(c) << 32 | bits(d) << 48;
    return all == 0 ? 4 * size : static_cast<size_t>(__builtin_ctzll(all));
  }
#elif defined(__aarch64__)
  [[nodiscard]] static size_t first(Bytes mask) {
    const uint16x8_t whole = reinterpret_cast<uint16x8_t>(mask >= 0x80);
    const uint64_t nibbles = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(whole, 4)), 0);
    return nibbles == 0 ? size : static_cast<size_t>(__builtin_ctzll(nibbles)) / 4;
  }
  [[nodiscard]] static size_t first_of_four(Bytes a, Bytes b, Bytes c, Bytes d) {
    size_t index = 0;
    const Bytes masks[] = {a, b, c, d};
    for (const Bytes mask : masks) {
      const size_t found = first(mask);
      index += found;
      if (found != size) break;
    }
    return index;
  }
#else
#error "pindus runs on x86-64 and arm64"
#endif

  Bytes bytes_;
};

/// An index in a block, or `Block::size`, unchanged, but by a jump: what needs it goes on with what
/// the processor predicts, where otherwise it would wait for the load and all the comparisons.
[[gnu::always_inline]] inline size_t by_jump(size_t index) {
  // Else the compiler sees that there is nothing to choose.
  const auto known = [](size_t number) {
    asm("" : "+r"(number));
    return number;
  };
  switch (index) {
    case 0: return known(0);
    case 1: return known(1);
    case 2: return known(2);
    case 3: return known(3);
    case 4: return known(4);
    case 5: return known(5);
    case 6: return known(6);
    case 7: return known(7);
    case 8: return known(8);
    case 9: return known(9);
    case 10: return known(10);
    case 11: return known(11);
    case 12: return known(12);
    case 13: return known(13);
    case 14: return known(14);
    case 15: return known(15);
    default: return known(Block::size);
  }
}

}  // namespace pindus::bare
