#include "right.hpp"

// Breaks P10: a secret by no name that anybody would know it by.
static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  self.host->set_error(self.session, PINDUS_DENIED, right::str("correct horse was not taken"), {});
  return right::store(self);
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
