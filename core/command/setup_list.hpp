#pragma once

#include <string>
#include <string_view>

#include "core/context.hpp"

namespace pindus {

/// "openai", "openai as work".
[[nodiscard]] std::string described_key(std::string_view provider, std::string_view account);

/// Prints the tools that can be set up, whether they are installed, and what each does today as far
/// as its files say: a line each, or one line of JSON. Faults: vault.
[[nodiscard]] Result<void> list_setups(Context& context, bool as_json_line);

}  // namespace pindus
