#include "right.hpp"

// Breaks P3.
int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = [] {
    pindus_plugin_1 wrong = right::descriptor();
    wrong.id = right::str("somebody-else");
    return wrong;
  }();
  return right::answer(plugin, out);
}
