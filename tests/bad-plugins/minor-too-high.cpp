#include "right.hpp"

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = [] {
    pindus_plugin_1 wrong = right::descriptor();
    wrong.abi_minor = PINDUS_ABI_MINOR + 1;
    return wrong;
  }();
  return right::answer(plugin, out);
}
