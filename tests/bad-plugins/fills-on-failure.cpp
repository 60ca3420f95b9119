#include "right.hpp"

// Breaks P8: fails in create, and has filled in an instance.
static int32_t misbehave(const pindus_host_1* host, pindus_session session,
                         void** instance) noexcept {
  right::create(host, session, instance);
  int64_t now = 0;
  return host->now_ms(session, &now);
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = [] {
    pindus_plugin_1 table = right::descriptor();
    table.create = misbehave;
    return table;
  }();
  return right::answer(plugin, out);
}
