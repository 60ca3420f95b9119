#include <stdexcept>

#include "right.hpp"

static void fail() {
  throw std::runtime_error("out of a slot");
}

// Breaks P6: its own noexcept ends the process.
static int32_t misbehave(void* /*instance*/) noexcept {
  fail();
  return PINDUS_OK;
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
