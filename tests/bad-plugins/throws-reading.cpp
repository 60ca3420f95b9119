#include <stdexcept>

#include "right.hpp"

// Breaks P6: a callback that throws through the host that called it.
static void throw_it(void* /*context*/, pindus_str /*text*/) {
  throw std::runtime_error("out of a callback");
}

static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  self.host->info(self.session, PINDUS_INFO_PROVIDER_ID, reinterpret_cast<pindus_read>(throw_it),
                  nullptr);
  return right::store(self);
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
