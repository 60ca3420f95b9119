#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/secret.hpp"

namespace pindus {

/// What a request needs.
struct UsableKey {
  Secret key;
  /// The key and the record's other members but those that bare::is_withheld, as one line of JSON.
  Secret json;
  /// Something that the person should know although the key is usable ("the refresh failed, the
  /// old token is still valid for 40 s"); empty: nothing.
  std::string warning;
};

/// The key or token of a stored record of a known kind, and the JSON line that goes with it.
[[nodiscard]] UsableKey usable_key_of(std::string_view record);

/// Now, in epoch milliseconds.
[[nodiscard]] std::int64_t now_ms();

}  // namespace pindus
