#include "right.hpp"

// Breaks P4: what is reserved is not zero, and what the host says of it is passed over.
static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  pindus_device_code code{};
  code.size = sizeof code;
  code.reserved = 1;
  code.user_code = right::str("WDJB-MJHT");
  code.verification_uri = right::str("https://acme.example/device");
  self.host->show_device_code(self.session, &code);
  return right::store(self);
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
