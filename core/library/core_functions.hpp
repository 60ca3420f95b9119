#pragma once

#include <stdint.h>

#include <pindus/pindus.h>

namespace pindus::library {

/// What libpindus.so.1 (library/) asks of the core, which it opens as a module of its own when it
/// first needs more than the vault's file tells. Both are built together and of one version, so
/// these types promise nothing to anybody else. C's headers only: libpindus.so.1 is linked without
/// a C++ library.

/// Why a function failed, in memory of the caller's.
struct FaultText {
  int32_t code;
  char label[64];
  char message[2048];
  char hint[1024];
  uint32_t label_size;
  uint32_t message_size;
  uint32_t hint_size;
};

/// What a context is made of; borrowed.
struct CoreOptions {
  pindus_text profile;  ///< absolute; empty: in memory
  pindus_text folder;   ///< empty: nobody knows
  pindus_text vault;
  const pindus_text* plugin_path;
  uint64_t plugin_path_count;
};

struct CoreContext;

/// Structures have been brought to the size that the library knows; see known_part.hpp. The rest is
/// as pindus.h says of each function. None throws. `fault` is filled where the result isn't
/// PINDUS_FAULT_NONE.
struct CoreFunctions {
  const char* version;

  int32_t (*open)(const CoreOptions* options, CoreContext** out, FaultText* fault);
  /// Stops what is under way and all that comes.
  void (*stop_all)(CoreContext* context);
  /// Waits for what can't be stopped; nobody may use it any more.
  void (*close)(CoreContext* context);

  int32_t (*stop_new)(uint64_t* out, FaultText* fault);
  int32_t (*stop_request)(uint64_t stop, FaultText* fault);
  int32_t (*stop_requested)(uint64_t stop);
  int32_t (*stop_free)(uint64_t stop, FaultText* fault);

  int32_t (*get_key)(CoreContext* context, const pindus_key_request* request,
                     pindus_receive_key receive, void* user, FaultText* fault);
  int32_t (*get_headers)(CoreContext* context, const pindus_key_request* request,
                         pindus_receive receive, void* user, FaultText* fault);
  int32_t (*list_accounts)(CoreContext* context, pindus_receive receive, void* user,
                           FaultText* fault);
  int32_t (*get_status)(CoreContext* context, pindus_text provider, pindus_receive receive,
                        void* user, FaultText* fault);
  int32_t (*list_providers)(CoreContext* context, pindus_receive receive, void* user,
                            FaultText* fault);
  int32_t (*find_rule)(CoreContext* context, pindus_text provider, pindus_text folder,
                       pindus_receive receive, void* user, FaultText* fault);
  int32_t (*set_rule)(CoreContext* context, pindus_text provider, pindus_text folder,
                      pindus_text account, FaultText* fault);
  int32_t (*sign_in)(CoreContext* context, const pindus_sign_in_request* request,
                     const pindus_io* io, FaultText* fault);
  int32_t (*sign_out)(CoreContext* context, pindus_text provider, pindus_text account,
                      const pindus_io* io, pindus_stop stop, FaultText* fault);
  int32_t (*run_command)(CoreContext* context, const pindus_command* command, const pindus_io* io,
                         pindus_command_result* result, FaultText* fault);
  int32_t (*change_descriptor)(CoreContext* context, int* out, FaultText* fault);
  int32_t (*take_change)(CoreContext* context, int32_t* changed, FaultText* fault);
  int32_t (*get_vault)(CoreContext* context, pindus_receive receive, void* user, FaultText* fault);

  int32_t (*validate_api_key)(pindus_text key, FaultText* fault);
  int32_t (*validate_account_name)(pindus_text name, FaultText* fault);
  int32_t (*format_fault)(const pindus_fault* fault, pindus_receive receive, void* user,
                          FaultText* why);
};

/// The module's only symbol, once it is opened.
using CoreEntry = const CoreFunctions* (*)();
inline constexpr const char* core_entry_name = "pindus_core_1";

}  // namespace pindus::library
