#pragma once

#include <string>
#include <string_view>

#include "core/broker/message.hpp"

namespace pindus::broker {

/// The body of the answer to a request that the broker answers itself, as the provider would write
/// it. `shape` is the manifest's JSON, in whose texts `{message}` and `{rule}` stand for the
/// refusal's, and `"{status}"` alone for the number; empty: what most programs understand.
[[nodiscard]] std::string error_answer(std::string_view shape, const Refusal& refusal);

}  // namespace pindus::broker
