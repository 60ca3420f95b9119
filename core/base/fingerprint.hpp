#pragma once

#include <cstdint>
#include <string_view>

namespace pindus {

/// Tells texts apart by 64 bits (FNV-1a): too few to say anything about a text that nobody could
/// guess, and no protection against somebody who makes texts up.
class Fingerprint {
 public:
  constexpr void add(char c) noexcept {
    value_ ^= static_cast<std::uint8_t>(c);
    value_ *= 0x100000001b3;
  }
  /// The text, and where it ends.
  constexpr void add(std::string_view text) noexcept {
    for (const char c : text) add(c);
    add('\0');
  }

  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace pindus
