#include "right.hpp"

// Breaks P10: `auth key --json` prints it.
static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  self.host->credential_set(self.session, right::str("roleName"),
                            {right::str("the key is correct horse"), {}});
  return right::store(self);
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
