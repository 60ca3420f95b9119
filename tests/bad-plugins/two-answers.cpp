#include "right.hpp"

// Breaks P2: another descriptor each time.
int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugins[] = {right::descriptor(), right::descriptor()};
  static int calls = 0;
  return right::answer(plugins[calls++ % 2], out);
}
