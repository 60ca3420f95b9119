/* Compiled as C11 with -pedantic-errors: the header is C, and what minor 0 fixed still holds. */
#include <pindus/ext/revoke.h>

#define PINDUS_SIZE(type, bytes, alignment) \
  _Static_assert(sizeof(type) == (bytes) && _Alignof(type) == (alignment), #type);
#define PINDUS_BASE(table, bytes) _Static_assert(sizeof(table) >= (bytes), #table);
#define PINDUS_AT(type, member, offset) \
  _Static_assert(offsetof(type, member) == (offset), #type "." #member);
#define PINDUS_SLOT(table, slot, offset, result, parameters)                       \
  _Static_assert(offsetof(table, slot) == (offset), #table "." #slot);             \
  _Static_assert(_Generic(((table*)0)->slot, result(*) parameters: 1, default: 0), \
                 #table "." #slot " has another type");
#define PINDUS_NUMBER(name, value) _Static_assert((name) == (value), #name);

#include "frozen_1_0.inc"

/* In this minor the tables are what the base sizes say. */
_Static_assert(PINDUS_ABI_MINOR > 0 || sizeof(pindus_host_1) == PINDUS_HOST_1_BASE_SIZE, "host");
_Static_assert(PINDUS_ABI_MINOR > 0 || sizeof(pindus_plugin_1) == PINDUS_PLUGIN_1_BASE_SIZE,
               "plugin");
