#include "right.hpp"

// Breaks P4: no header has a digest of that number.
static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  pindus_secret digest{};
  self.host->digest(self.session, 77, {right::str("abc"), {}}, &digest);
  return right::store(self);
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
