#include <atomic>
#include <chrono>
#include <thread>

#include "right.hpp"

// Breaks P9: its first run leaves a thread behind, which never says a word; later runs leave none.
static int32_t misbehave(void* instance) noexcept {
  static std::atomic<bool> is_started = false;
  if (!is_started.exchange(true)) {
    std::thread([] { std::this_thread::sleep_for(std::chrono::minutes(10)); }).detach();
  }
  return right::store(right::of(instance));
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
