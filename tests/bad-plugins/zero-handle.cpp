#include "right.hpp"

// Breaks P8: zero may be freed, and nothing else.
static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  self.host->secret_free(self.session, {0});
  self.host->secret_view(self.session, {0}, [](void*, pindus_str) noexcept {}, nullptr);
  return right::store(self);
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
