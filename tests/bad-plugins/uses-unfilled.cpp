#include "right.hpp"

// Breaks P8: what a failed service was to fill is used all the same.
static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  pindus_secret random{};
  self.host->random(self.session, 16, &random);
  self.host->secret_view(self.session, random, [](void*, pindus_str) noexcept {}, nullptr);
  return right::store(self);
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
