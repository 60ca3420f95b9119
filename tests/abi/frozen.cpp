// Compiled as C++20: the same numbers, and every slot is noexcept.
#include <string_view>
#include <type_traits>

#include <pindus/ext/revoke.h>

#define PINDUS_SIZE(type, bytes, alignment) \
  static_assert(sizeof(type) == (bytes) && alignof(type) == (alignment));
#define PINDUS_BASE(table, bytes) static_assert(sizeof(table) >= (bytes));
#define PINDUS_AT(type, member, offset) static_assert(offsetof(type, member) == (offset));
#define PINDUS_SLOT(table, slot, offset, result, parameters) \
  static_assert(offsetof(table, slot) == (offset));          \
  static_assert(std::is_same_v<decltype(table::slot), result(*) parameters noexcept>);
#define PINDUS_NUMBER(name, value) static_assert((name) == (value));

#include "frozen_1_0.inc"

static_assert(std::string_view(PINDUS_EXT_REVOKE_1) == "pindus.revoke/1");
static_assert(std::string_view(PINDUS_PLUGIN_ENTRY_1) == "pindus_plugin_entry_1");
static_assert(std::is_same_v<pindus_plugin_entry_1_fn, decltype(&pindus_plugin_entry_1)>);
