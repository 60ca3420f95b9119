#pragma once

#include <pindus/pindus.h>

#include "library/contexts.hpp"

namespace pindus::library {

/// Shows the key where a profile has it ready, as `pindus auth key` does without the host; false
/// where the core has to look. Any thread.
[[nodiscard]] bool show_ready_key(OpenContext& context, const pindus_key_request& request,
                                  pindus_receive_key receive, void* user);

}  // namespace pindus::library
