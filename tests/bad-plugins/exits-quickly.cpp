#include <cstdlib>

#include "right.hpp"

// Breaks P9.
static int32_t misbehave(void* instance) noexcept {
  right::store(right::of(instance));
  std::quick_exit(0);
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
