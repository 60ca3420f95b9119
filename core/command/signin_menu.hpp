#pragma once

#include <optional>
#include <string>

#include "core/command/command.hpp"

namespace pindus {

/// Shows who can be signed in at, only by methods of the name or kind `method` where one is given,
/// and asks for one: by its number, or by a part of its name. Faults: aborted, where the person
/// gives up; unknown-provider, where there is nothing to choose from.
[[nodiscard]] Result<LoginChoice> choose_from_menu(const std::optional<std::string>& method,
                                                   const Context& context);

}  // namespace pindus
