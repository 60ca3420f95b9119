#pragma once

#include "core/library/core_functions.hpp"

namespace pindus::library {

/// The core, which is opened when it is first needed, and stays; null where it can't be: the fault
/// is noted, with code PINDUS_FAULT_VAULT. Any thread.
[[nodiscard]] const CoreFunctions* core();

/// The same where it has been opened already.
[[nodiscard]] const CoreFunctions* opened_core();

}  // namespace pindus::library
