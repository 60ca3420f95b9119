#include "right.hpp"

// Breaks P17: without a refresh token it ends with a code after which it is asked again and again.
static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  pindus_secret token{};
  if (self.host->credential_get(self.session, right::str("refresh"), &token) != PINDUS_OK) {
    return PINDUS_NOT_FOUND;
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
