#include "right.hpp"

// Breaks P5: stores what a pointer that it was only lent shows afterwards.
static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  pindus_secret secret{};
  self.host->secret_new(self.session, {right::str("a-borrowed-secret"), {}}, &secret);
  pindus_str kept{};
  self.host->secret_view(
      self.session, secret,
      [](void* context, pindus_str text) noexcept { *static_cast<pindus_str*>(context) = text; },
      &kept);
  return right::store(self, {kept, {}});
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
