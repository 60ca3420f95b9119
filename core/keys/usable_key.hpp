#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/auth_kind.hpp"
#include "core/base/secret.hpp"

namespace pindus {

/// What a request needs.
struct UsableKey {
  Secret key;
  /// The key and the record's other members but those that bare::is_withheld, as one line of JSON.
  Secret json;
  /// Something that the person should know although the key is usable ("the refresh failed, the
  /// token is valid for another 40 s"); empty: nothing.
  std::string warning;
  AuthKind kind = AuthKind::api_key;  ///< also of a key that isn't stored
  /// When a token ends, in epoch milliseconds; nothing: nobody knows, or never.
  std::optional<std::int64_t> expires_ms = {};
};

/// The key or token of a stored record of a known kind, and the JSON line that goes with it.
[[nodiscard]] UsableKey usable_key_of(std::string_view record);

/// The same with a key that isn't in the record.
[[nodiscard]] UsableKey usable_key_of(std::string_view record, Secret key);

}  // namespace pindus
