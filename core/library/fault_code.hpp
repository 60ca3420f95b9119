#pragma once

#include <string_view>

#include "core/base/fault.hpp"

namespace pindus {

/// The stable code of a kind, as `--json` and the documentation spell it ("name-collision").
[[nodiscard]] std::string_view fault_code(FaultKind kind) noexcept;

}  // namespace pindus
