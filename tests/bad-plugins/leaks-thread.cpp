#include <chrono>
#include <thread>

#include "right.hpp"

// Breaks P9: a thread of its own outlives the call, and goes on asking the host.
static int32_t misbehave(void* instance) noexcept {
  std::thread([self = right::of(instance)] {
    for (int i = 0; i < 200; ++i) {
      if (self.host->cancelled(self.session) == PINDUS_INVALID_HANDLE) return;
      self.host->log(self.session, PINDUS_LOG_INFO, right::str("still here"));
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }).detach();
  return right::store(right::of(instance));
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
