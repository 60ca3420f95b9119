#pragma once

#include <pindus/pindus.h>

#include "core/library/known_part.hpp"
#include "library/contexts.hpp"
#include "library/core_module.hpp"
#include "library/last_fault.hpp"
#include "library/no_broken_pipe.hpp"

namespace pindus::library {

inline int32_t bad_context() {
  return note_fault(PINDUS_FAULT_INVALID_HANDLE,
                    "there is no such pindus_context: it was closed, or is another process's");
}

inline int32_t bad_argument(const char* what) {
  return note_fault(PINDUS_FAULT_INVALID_ARGUMENT, what);
}

/// The core's side of a context, made where there is none yet; null where it can't be: the fault is
/// noted.
[[nodiscard]] CoreContext* core_of(OpenContext& context);

/// Calls `body(core, core's context, fault)` with what a handle stands for.
template <typename Body>
int32_t with_core(pindus_context handle, const Body& body) {
  const ContextUse use(handle);
  if (use.get() == nullptr) return bad_context();
  const NoBrokenPipe no_broken_pipe;
  CoreContext* context = core_of(*use.get());
  if (context == nullptr) return last_fault().code;
  return body(*opened_core(), context, &last_fault());
}

/// The caller's io as the library knows it; null is nobody. False where it breaks rule L1.
inline bool take_io(const pindus_io* given, pindus_io& known) {
  if (given == nullptr) {
    memset(&known, 0, sizeof known);
    known.size = sizeof known;
    return true;
  }
  return take_known_part(given, PINDUS_IO_BASE_SIZE, known) &&
         (known.flags & ~uint32_t{PINDUS_IO_INTERACTIVE}) == 0;
}

}  // namespace pindus::library
