#include "core/bare/aead.hpp"

#include <string.h>

namespace pindus::bare {

namespace {

__extension__ using Wide = unsigned __int128;

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are read as they stand");

uint64_t word_at(const unsigned char* bytes) {
  uint64_t word = 0;
  memcpy(&word, bytes, sizeof word);
  return word;
}

void add_rotated(uint32_t& sum, uint32_t addend, uint32_t& turned, int bits) {
  sum += addend;
  turned ^= sum;
  turned = turned << bits | turned >> (32 - bits);
}

// RFC 8439, section 2.1.
void quarter_round(uint32_t& a, uint32_t& b, uint32_t& c, uint32_t& d) {
  add_rotated(a, b, d, 16);
  add_rotated(c, d, b, 12);
  add_rotated(a, b, d, 8);
  add_rotated(c, d, b, 7);
}

// The columns of the state, then its diagonals, ten times.
void twenty_rounds(uint32_t (&state)[16]) {
  for (int i = 0; i < 10; ++i) {
    for (unsigned turn = 0; turn < 2; ++turn) {
      for (unsigned column = 0; column < 4; ++column) {
        quarter_round(state[column], state[4 + (column + turn) % 4],
                      state[8 + (column + 2 * turn) % 4], state[12 + (column + 3 * turn) % 4]);
      }
    }
  }
}

// The state's beginning: "expand 32-byte k" and the key.
void begin_state(uint32_t (&state)[16], const AeadKey& key) {
  memcpy(state, "expand 32-byte k", 16);
  memcpy(state + 4, key, sizeof key);
}

void authenticate(const ChaCha20& cipher, AssociatedData bound_to, const unsigned char* bytes,
                  size_t size, AeadTag& tag) {
  unsigned char block[64];
  cipher.block(0, block);
  unsigned char key[32];
  memcpy(key, block, sizeof key);
  Poly1305 sum(key);
  explicit_bzero(block, sizeof block);
  explicit_bzero(key, sizeof key);
  uint64_t sizes[] = {0, size};
  for (size_t i = 0; i < bound_to.count; ++i) {
    const Text part = bound_to.parts[i];
    sum.add(reinterpret_cast<const unsigned char*>(part.data), part.size);
    sizes[0] += part.size;
  }
  sum.pad();
  sum.add(bytes, size);
  sum.pad();
  sum.add(reinterpret_cast<const unsigned char*>(sizes), sizeof sizes);
  sum.finish(tag);
}

// Looks at all of both, wherever they differ.
bool are_equal(const AeadTag& a, const AeadTag& b) {
  uint64_t difference = (word_at(a) ^ word_at(b)) | (word_at(a + 8) ^ word_at(b + 8));
  // Else the compiler might compare one half after the other.
  asm("" : "+r"(difference));
  return difference == 0;
}

}  // namespace

void hchacha20(const AeadKey& key, const unsigned char (&nonce)[16], AeadKey& subkey) {
  uint32_t state[16];
  begin_state(state, key);
  memcpy(state + 12, nonce, sizeof nonce);
  twenty_rounds(state);
  memcpy(subkey, state, 16);
  memcpy(subkey + 16, state + 12, 16);
  explicit_bzero(state, sizeof state);
}

ChaCha20::ChaCha20(const AeadKey& key, const unsigned char (&nonce)[12]) {
  set(key, nonce);
}

ChaCha20::ChaCha20(const AeadKey& key, const unsigned char (&nonce)[24]) {
  unsigned char first[16];
  unsigned char rest[12] = {};
  memcpy(first, nonce, sizeof first);
  memcpy(rest + 4, nonce + 16, 8);
  AeadKey subkey;
  hchacha20(key, first, subkey);
  set(subkey, rest);
  explicit_bzero(subkey, sizeof subkey);
}

ChaCha20::~ChaCha20() {
  explicit_bzero(state_, sizeof state_);
}

void ChaCha20::set(const AeadKey& key, const unsigned char* nonce) {
  begin_state(state_, key);
  memcpy(state_ + 13, nonce, 12);
}

void ChaCha20::block(uint32_t counter, unsigned char (&bytes)[64]) const {
  uint32_t state[16];
  memcpy(state, state_, sizeof state);
  state[12] = counter;
  twenty_rounds(state);
  for (unsigned i = 0; i < 16; ++i) state[i] += i == 12 ? counter : state_[i];
  memcpy(bytes, state, sizeof bytes);
  explicit_bzero(state, sizeof state);
}

void ChaCha20::apply(unsigned char* bytes, size_t size) const {
  unsigned char keystream[64];
  uint32_t counter = 1;
  for (size_t done = 0; done < size; ++counter) {
    block(counter, keystream);
    for (size_t i = 0; i < sizeof keystream && done < size; ++i, ++done) {
      bytes[done] = static_cast<unsigned char>(bytes[done] ^ keystream[i]);
    }
  }
  explicit_bzero(keystream, sizeof keystream);
}

// RFC 8439, section 2.5.1: the sum is a number below a few times 2^130 in three words, the factor
// one below 2^124 whose bits are cleared such that no sum of products below carries out of a Wide.
Poly1305::Poly1305(const unsigned char (&key)[32])
    : factor_{word_at(key) & 0x0ffffffc0fffffff, word_at(key + 8) & 0x0ffffffc0ffffffc},
      addend_{word_at(key + 16), word_at(key + 24)} {}

Poly1305::~Poly1305() {
  explicit_bzero(factor_, sizeof factor_);
  explicit_bzero(addend_, sizeof addend_);
  explicit_bzero(sum_, sizeof sum_);
  explicit_bzero(waiting_, sizeof waiting_);
}

void Poly1305::add(const unsigned char* bytes, size_t size) {
  while (size != 0) {
    const size_t room = sizeof waiting_ - waiting_size_;
    const size_t taken = size < room ? size : room;
    memcpy(waiting_ + waiting_size_, bytes, taken);
    waiting_size_ += taken;
    bytes += taken;
    size -= taken;
    if (waiting_size_ == sizeof waiting_) take_block(1);
  }
}

void Poly1305::pad() {
  if (waiting_size_ == 0) return;
  memset(waiting_ + waiting_size_, 0, sizeof waiting_ - waiting_size_);
  take_block(1);
}

// Adds sixteen bytes, with the mark above them, to the sum and multiplies it by the factor, modulo
// 2^130 - 5.
void Poly1305::take_block(uint64_t end_mark) {
  waiting_size_ = 0;
  Wide carry = Wide{sum_[0]} + word_at(waiting_);
  const uint64_t a0 = static_cast<uint64_t>(carry);
  carry = (carry >> 64) + sum_[1] + word_at(waiting_ + 8);
  const uint64_t a1 = static_cast<uint64_t>(carry);
  const uint64_t a2 = static_cast<uint64_t>(carry >> 64) + sum_[2] + end_mark;

  carry = Wide{a0} * factor_[0];
  const uint64_t p0 = static_cast<uint64_t>(carry);
  carry = (carry >> 64) + Wide{a0} * factor_[1] + Wide{a1} * factor_[0];
  const uint64_t p1 = static_cast<uint64_t>(carry);
  carry = (carry >> 64) + Wide{a1} * factor_[1] + a2 * factor_[0];
  const uint64_t p2 = static_cast<uint64_t>(carry);
  const uint64_t p3 = static_cast<uint64_t>(carry >> 64) + a2 * factor_[1];

  // What stands above 2^130 counts five times: four times as it stands in p2 and p3 less the two
  // bits below, and once moved down by these.
  carry = Wide{p0} + (p2 & ~uint64_t{3}) + (p2 >> 2 | p3 << 62);
  sum_[0] = static_cast<uint64_t>(carry);
  carry = (carry >> 64) + p1 + p3 + (p3 >> 2);
  sum_[1] = static_cast<uint64_t>(carry);
  sum_[2] = (p2 & 3) + static_cast<uint64_t>(carry >> 64);
}

void Poly1305::finish(AeadTag& tag) {
  if (waiting_size_ != 0) {
    waiting_[waiting_size_++] = 1;
    memset(waiting_ + waiting_size_, 0, sizeof waiting_ - waiting_size_);
    take_block(0);
  }
  // Less 2^130 - 5 where the sum isn't below it: plus 5, and then without the bits from 2^130 on.
  Wide carry = Wide{sum_[0]} + 5;
  const uint64_t less0 = static_cast<uint64_t>(carry);
  carry = (carry >> 64) + sum_[1];
  const uint64_t less1 = static_cast<uint64_t>(carry);
  uint64_t is_less = (sum_[2] + static_cast<uint64_t>(carry >> 64)) >> 2;
  asm("" : "+r"(is_less));  // else the compiler might jump
  const uint64_t mask = 0 - is_less;
  carry = Wide{(sum_[0] & ~mask) | (less0 & mask)} + addend_[0];
  const uint64_t low = static_cast<uint64_t>(carry);
  carry = (carry >> 64) + ((sum_[1] & ~mask) | (less1 & mask)) + addend_[1];
  const uint64_t high = static_cast<uint64_t>(carry);
  memcpy(tag, &low, sizeof low);
  memcpy(tag + 8, &high, sizeof high);
}

void seal(const ChaCha20& cipher, AssociatedData bound_to, unsigned char* bytes, size_t size,
          AeadTag& tag) {
  cipher.apply(bytes, size);
  authenticate(cipher, bound_to, bytes, size, tag);
}

bool open(const ChaCha20& cipher, AssociatedData bound_to, unsigned char* bytes, size_t size,
          const AeadTag& tag) {
  AeadTag expected;
  authenticate(cipher, bound_to, bytes, size, expected);
  const bool is_whole = are_equal(expected, tag);
  if (is_whole) cipher.apply(bytes, size);
  explicit_bzero(expected, sizeof expected);
  return is_whole;
}

}  // namespace pindus::bare
