#include <cstdlib>
#include <thread>

#include "right.hpp"

// Breaks P9, on a thread that the host knows nothing of.
static int32_t misbehave(void* instance) noexcept {
  const int32_t code = right::store(right::of(instance));
  std::thread([] { std::exit(0); }).join();
  return code;
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
