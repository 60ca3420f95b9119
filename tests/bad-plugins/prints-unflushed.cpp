#include <chrono>
#include <cstdio>
#include <thread>

#include "right.hpp"

// Breaks P9: what it prints stays in a buffer until somebody flushes that, and a thread of its own
// goes on after the session.
static int32_t misbehave(void* instance) noexcept {
  std::printf("a plugin was here");
  std::thread([] {
    for (;;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      std::puts("and is still here");
      std::fflush(stdout);
    }
  }).detach();
  return right::store(right::of(instance));
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
