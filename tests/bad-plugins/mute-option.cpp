#include "right.hpp"

// Breaks P16: an option that it says nothing of.
int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_option options[] = {{right::str("token_url"), {}}};
  static const pindus_plugin_1 plugin = [] {
    pindus_plugin_1 table = right::descriptor();
    table.options = options;
    table.option_count = 1;
    return table;
  }();
  return right::answer(plugin, out);
}
