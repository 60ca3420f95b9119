#include <thread>

#include "right.hpp"

// Breaks P7.
static int32_t misbehave(void* instance) noexcept {
  int32_t code = PINDUS_OK;
  std::thread([&] { code = right::store(right::of(instance)); }).join();
  return code;
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
