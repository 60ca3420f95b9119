#include <chrono>
#include <thread>

#include "right.hpp"

// Breaks P11: works on after an interrupt, then commits.
static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  self.host->progress(self.session, right::str("Working"));
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
  while (std::chrono::steady_clock::now() < end) {
    if (self.host->sleep_ms(self.session, 50) != PINDUS_OK) std::this_thread::yield();
  }
  return right::store(self);
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
