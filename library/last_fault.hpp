#pragma once

#include <stdint.h>

#include "core/library/core_functions.hpp"

namespace pindus::library {

/// Why the last function that failed on this thread did; the core writes here, too.
[[nodiscard]] FaultText& last_fault();

/// Notes a fault of the caller's, or of this library's own, and gives its code. The words are cut
/// to what there is room for.
int32_t note_fault(int32_t code, const char* message, const char* hint = "");

}  // namespace pindus::library
