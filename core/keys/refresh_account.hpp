#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

#include "core/keys/token_life.hpp"
#include "core/keys/token_refresher.hpp"
#include "core/keys/usable_key.hpp"
#include "core/vault/credentials.hpp"
#include "core/vault/storage.hpp"

namespace pindus {

/// One stored OAuth account whose token may have to be refreshed. Everything is borrowed.
struct AccountToRefresh {
  VaultStorage& storage;
  TokenRefresher* refresher = nullptr;  ///< null: what is expired is a fault
  const Account& account;
  std::stop_token stop;
  TokenDemand demand = {};
};

/// How long after a refresh that somebody forced no other is: whoever runs into a refusal once more
/// has another reason for it than the token's age.
inline constexpr std::chrono::seconds forced_interval{60};

/// `stored` is the account's record as it was read; the answer is its token with at least the
/// provider's margin left. Of any number of threads and processes one asks the provider, and what
/// it gets is on the disk before anybody uses it. Where a new token can't be had for now, the old
/// one while it is valid, with a warning. A token that a server refused is refreshed by one of
/// them, and once in forced_interval; within it the stored one is the answer, with a warning.
/// Nothing where the account is gone. Faults: vault
/// ("Refresh failed" where the provider refused for good; the record is as it was); aborted.
[[nodiscard]] Result<std::optional<UsableKey>> refresh_account(const AccountToRefresh& account,
                                                               const SecretText& stored);

}  // namespace pindus
