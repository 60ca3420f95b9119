#include "right.hpp"

// Linked against a system that is newer than any.
extern "C" void pindus_test_of_the_future();

static int32_t misbehave(void* instance) noexcept {
  pindus_test_of_the_future();
  return right::store(right::of(instance));
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
