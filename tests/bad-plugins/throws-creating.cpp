#include <stdexcept>

#include "right.hpp"

// Breaks P6 before there is an instance.
static int32_t misbehave(const pindus_host_1* /*host*/, pindus_session /*session*/,
                         void** /*instance*/) {
  throw std::runtime_error("out of create");
}

using Create = int32_t (*)(const pindus_host_1*, pindus_session, void**) PINDUS_NOEXCEPT;

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = [] {
    pindus_plugin_1 table = right::descriptor();
    table.create = reinterpret_cast<Create>(misbehave);
    return table;
  }();
  return right::answer(plugin, out);
}
