#include "right.hpp"

// Breaks P16: it reads another option than the one that it explains.
static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  self.host->option(
      self.session, right::str("token_ulr"), [](void*, pindus_str) noexcept {}, nullptr);
  return right::store(self);
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_option options[] = {
      {right::str("token_url"), right::str("the token endpoint")}};
  static const pindus_plugin_1 plugin = [] {
    pindus_plugin_1 table = right::descriptor(misbehave);
    table.options = options;
    table.option_count = 1;
    return table;
  }();
  return right::answer(plugin, out);
}
