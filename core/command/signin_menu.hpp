#pragma once

#include <optional>

#include "core/base/auth_kind.hpp"
#include "core/command/command.hpp"

namespace pindus {

/// Shows who can be signed in at, by `method` only where one is given, and asks for one: by its
/// number, or by a part of its name. Faults: aborted, where the person gives up; unknown-provider,
/// where there is nothing to choose from.
[[nodiscard]] Result<LoginChoice> choose_from_menu(std::optional<AuthKind> method,
                                                   const Context& context);

}  // namespace pindus
