#pragma once

#include <cstddef>
#include <string_view>

#include "core/base/fault.hpp"

namespace pindus {

/// Whether `key` can be an api key: at least 20 characters, none of them a blank or a control
/// character, no placeholder ("your-api-key", "xxxx", "changeme", "<", ...). Fault: invalid-key;
/// it doesn't quote the key.
[[nodiscard]] Result<void> validate_api_key(std::string_view key, std::size_t min_length = 20);

/// Whether `name` is 1 to 50 characters of [A-Za-z0-9_-]. Fault: invalid-account.
[[nodiscard]] Result<void> validate_account_name(std::string_view name);

}  // namespace pindus
