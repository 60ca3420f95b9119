#pragma once

#include <stdint.h>
#include <string.h>

#include <pindus/pindus.h>

namespace pindus::library {

/// Brings a structure of the caller's to the size that this library knows (rule L1): what the
/// caller's header didn't have is zero. False where it is null, too small, or has something that
/// this library doesn't know.
template <typename Structure>
[[nodiscard]] bool take_known_part(const Structure* given, uint32_t base_size, Structure& known) {
  if (given == nullptr) return false;
  uint32_t size = 0;
  memcpy(&size, given, sizeof size);
  if (size < base_size) return false;
  memset(&known, 0, sizeof known);
  memcpy(&known, given, size < sizeof known ? size : sizeof known);
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  for (uint32_t i = sizeof known; i < size; ++i) {
    if (bytes[i] != 0) return false;
  }
  return true;
}

/// Whether that is a text: no length without bytes, and not longer than anything here is.
[[nodiscard]] inline bool is_text(pindus_text text) {
  constexpr uint64_t longest = uint64_t{64} * 1024 * 1024;
  return text.size == 0 || (text.data != nullptr && text.size <= longest);
}

}  // namespace pindus::library
