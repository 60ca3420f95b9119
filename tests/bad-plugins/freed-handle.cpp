#include "right.hpp"

static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  pindus_secret secret{};
  self.host->secret_new(self.session, {right::str("soon-gone"), {}}, &secret);
  self.host->secret_free(self.session, secret);
  return right::store(self, {{nullptr, 0}, secret});
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
