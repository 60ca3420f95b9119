#pragma once

#include "core/base/file_descriptor.hpp"
#include "core/broker/plan.hpp"

namespace pindus::broker {

/// Serves a run on a socket that listens, until SIGTERM. Returns what the process ends with.
[[nodiscard]] int serve(const BrokerPlan& plan, FileDescriptor listener);

}  // namespace pindus::broker
