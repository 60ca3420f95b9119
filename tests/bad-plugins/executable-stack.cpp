#include "right.hpp"

// Breaks P15: linked with -z execstack.
int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor();
  return right::answer(plugin, out);
}
