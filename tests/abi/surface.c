/* All that the ABI consists of, reachable from one exported function, for abidw. */
#include <pindus/ext/revoke.h>

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) {
  static pindus_plugin_1 descriptor;
  *out = &descriptor;
  return PINDUS_OK;
}

PINDUS_EXPORT pindus_revoke_1 pindus_abi_revoke;
