#pragma once

#include "core/broker/handover.hpp"

namespace pindus::broker {

/// Serves on a socket that listens, until SIGTERM or SIGINT: the plan's own token, and, where there
/// is a control socket, whatever is granted over it. Returns what the process ends with.
[[nodiscard]] int serve(Handover handover);

}  // namespace pindus::broker
