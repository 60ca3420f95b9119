#include <stdexcept>

#include "right.hpp"

// Breaks P6: built against a header whose slots may throw, so nothing stops the exception here.
static int32_t misbehave(void* /*instance*/) {
  throw std::runtime_error("out of a slot");
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(reinterpret_cast<right::Slot>(misbehave));
  return right::answer(plugin, out);
}
