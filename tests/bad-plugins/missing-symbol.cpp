#include "right.hpp"

// Linked without -z defs: that nobody has this function shows where it is loaded.
extern "C" void pindus_test_no_such_function();

static int32_t misbehave(void* instance) noexcept {
  pindus_test_no_such_function();
  return right::store(right::of(instance));
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
