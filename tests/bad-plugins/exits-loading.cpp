#include <cstdlib>

#include "right.hpp"

// Breaks P9 before anybody has called it.
__attribute__((constructor)) static void misbehave() {
  std::exit(0);
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor();
  return right::answer(plugin, out);
}
