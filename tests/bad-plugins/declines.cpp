#include "right.hpp"

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  *out = nullptr;
  return PINDUS_UNSUPPORTED;
}
