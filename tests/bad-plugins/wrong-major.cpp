#include "right.hpp"

// A plugin of the next ABI: the entry's name says so.
extern "C" PINDUS_EXPORT int32_t pindus_plugin_entry_2(const void** out) PINDUS_NOEXCEPT;
int32_t pindus_plugin_entry_2(const void** out) PINDUS_NOEXCEPT {
  *out = nullptr;
  return PINDUS_OK;
}
