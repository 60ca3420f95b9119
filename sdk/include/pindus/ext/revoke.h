/* Plugin extension "pindus.revoke/1": sign-out at the server (RFC 7009).
 *
 * A plugin that has it gives this table from get_extension. One that hasn't can still sign in,
 * refresh and be signed out of: what it got then ends by itself. */
#ifndef PINDUS_EXT_REVOKE_H
#define PINDUS_EXT_REVOKE_H

#include <pindus/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PINDUS_EXT_REVOKE_1 "pindus.revoke/1"

typedef struct pindus_revoke_1 {
  uint32_t size;
  uint32_t reserved;
  /* [session-thread] Asks the server to revoke the stored credential; 10 s at most.
   * PINDUS_UNSUPPORTED where the provider has no endpoint for it. */
  int32_t (*revoke)(void* instance) PINDUS_NOEXCEPT;
} pindus_revoke_1;

#ifdef __cplusplus
}
#endif
#endif
