#include "right.hpp"

// Breaks P17: it stores a refresh token and has nothing that uses it.
static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  self.host->credential_set(self.session, right::str("refresh"),
                            {right::str("a-refresh-token"), {}});
  return right::store(self);
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = [] {
    pindus_plugin_1 table = right::descriptor(misbehave);
    table.refresh = nullptr;
    return table;
  }();
  return right::answer(plugin, out);
}
