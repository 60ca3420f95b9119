#include "right.hpp"

// Says that it is done, and committed nothing (P12).
static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  return self.host->credential_set(self.session, right::str("access"),
                                   {right::str("made-up-token"), {}});
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
