#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/vault/auth_vault.hpp"

namespace pindus {

/// The key or token of a stored record of a known kind, and the JSON line that goes with it; the
/// same bytes as bare::find_ready_key gives where that is sure.
[[nodiscard]] UsableKey usable_key_of(std::string_view record);

/// The command that signs in again in this account's place.
[[nodiscard]] std::string replace_command(std::string_view provider, std::string_view account);

/// Now, in epoch milliseconds.
[[nodiscard]] std::int64_t now_ms();

}  // namespace pindus
