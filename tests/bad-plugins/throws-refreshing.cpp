#include <stdexcept>

#include "right.hpp"

// Breaks P6 where only the sign-in was tried.
static int32_t misbehave(void* /*instance*/) {
  throw std::runtime_error("out of refresh");
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = [] {
    pindus_plugin_1 table = right::descriptor();
    table.refresh = reinterpret_cast<right::Slot>(misbehave);
    return table;
  }();
  return right::answer(plugin, out);
}
