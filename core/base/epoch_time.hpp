#pragma once

#include <chrono>
#include <cstdint>

namespace pindus {

/// Now, in epoch milliseconds, by this machine's clock.
[[nodiscard]] inline std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace pindus
