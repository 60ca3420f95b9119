#include "right.hpp"

// Breaks P17: it gives up for good, and nobody learns why.
static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  pindus_secret token{};
  if (self.host->credential_get(self.session, right::str("refresh"), &token) != PINDUS_OK) {
    return PINDUS_REJECTED;
  }
  return right::store(self);
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = [] {
    pindus_plugin_1 table = right::descriptor();
    table.refresh = misbehave;
    return table;
  }();
  return right::answer(plugin, out);
}
