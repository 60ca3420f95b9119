#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/account.hpp"
#include "core/base/fault.hpp"
#include "core/vault/credentials.hpp"
#include "core/vault/vault_document.hpp"
#include "core/vault/vault_place.hpp"

namespace pindus {

/// What stands in a replacement's name, so that it can be judged when whoever made it is gone.
struct Stake {
  /// The lock byte of the account for which a provider was asked: the one who made the file holds
  /// it for as long as the file is his. Else the vault's own byte.
  std::int64_t byte = 0;
  /// Which refresh token of that account the grant in the file succeeds; see token_mark.
  std::uint32_t succeeds = 0;
};

/// Tells an account's refresh token (none: the mark of nothing) from another one and gives nothing
/// of it away.
[[nodiscard]] std::uint32_t token_mark(std::optional<std::string_view> record);

/// `.auth.json.PID.RANDOM.new`, a name that nobody else can have; what is at stake is a part of
/// what stands for RANDOM.
[[nodiscard]] std::string replacement_name(const VaultPlace& place, const Stake& stake);

/// A replacement in the vault's folder: somebody's at work, or left over by a crash or a failure.
struct LeftOver {
  std::string name;
  Stake stake;
};

/// All there are; none where the folder can't be listed.
[[nodiscard]] std::vector<LeftOver> list_left_overs(const VaultPlace& place);

/// What the account got from its provider and what didn't reach the vault: where the file is whole,
/// and the vault, which says `now`, still has the refresh token that was sent.
[[nodiscard]] std::optional<OAuthCredentials> kept_grant(const VaultPlace& place,
                                                         const LeftOver& left_over,
                                                         const Account& account,
                                                         const VaultDocument& now);

/// Whether there is any account in the vault, which says `now`, that has such a grant there.
[[nodiscard]] bool is_worth_keeping(const VaultPlace& place, const LeftOver& left_over,
                                    const VaultDocument& now);

/// Removes the file, if it is still there.
void remove_left_over(const VaultPlace& place, const LeftOver& left_over) noexcept;

}  // namespace pindus
