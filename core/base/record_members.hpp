#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace pindus {

/// Whether a member of an account's record is the host's, by our names or by those of older
/// programs: neither a plugin nor an answer to a question is kept under such a name.
[[nodiscard]] constexpr bool is_host_member(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 14> names = {
      "kind",    "method",   "isDefault", "key",    "expires",     "lifetime",     "clientId",
      "private", "issuedBy", "apiKey",    "apikey", "accessToken", "refreshToken", "expiresAt"};
  return std::ranges::find(names, name) != names.end();
}

}  // namespace pindus
