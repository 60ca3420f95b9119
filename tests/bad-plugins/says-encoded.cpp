#include "right.hpp"

// Breaks P10: base64 hides nothing.
static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  // "acme:made-up-token", as HTTP Basic writes it
  self.host->log(self.session, PINDUS_LOG_DEBUG, right::str("Basic YWNtZTptYWRlLXVwLXRva2Vu"));
  return right::store(self);
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
