#include "right.hpp"

// Needs a library that isn't installed where it is loaded.
extern "C" void pindus_test_not_installed();

static int32_t misbehave(void* instance) noexcept {
  pindus_test_not_installed();
  return right::store(right::of(instance));
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
