#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/account.hpp"
#include "core/base/environment.hpp"
#include "core/base/lazy.hpp"
#include "core/keys/token_refresher.hpp"
#include "core/keys/usable_key.hpp"
#include "core/providers/providers.hpp"
#include "core/vault/vault.hpp"

namespace pindus {

/// Where a key is from: a stored account, or an environment variable of its provider.
struct KeySource {
  /// Without a name: the default account, whose name nobody had to know.
  std::optional<Account> account;
  std::string variable;  ///< where there is no account
};

/// A key that a request can use, and where it is from.
struct ChosenKey {
  UsableKey key;
  KeySource source;
};

/// Which key is asked for.
struct KeyRequest {
  std::string_view provider;
  std::optional<std::string> account = {};  ///< nothing: the provider's default one
  std::stop_token stop = {};
};

/// What keys come from; borrowed.
struct KeyParts {
  Vault& vault;
  TokenRefresher* refresher;  ///< null: what has expired is a fault
  const Lazy<ProviderDirectory>& providers;
  const Environment& environment;
};

/// The key of a stored account, refreshed first if it must be; waits for the network then, and for
/// other processes that refresh the same account. Nothing where nothing is stored under that name.
/// A stored credential that can't be used is a fault. Any thread.
[[nodiscard]] Result<std::optional<ChosenKey>> stored_key(Vault& vault, TokenRefresher* refresher,
                                                          const KeyRequest& request);

/// Where the key comes from if nobody names an account: the account that is stored, else the first
/// of the provider's variables that is set; nothing: from nowhere. `provider` may be null.
[[nodiscard]] std::optional<KeySource> usual_source(const std::optional<Account>& stored,
                                                    const Provider* provider,
                                                    const Environment& environment);

/// The key for a provider: of the account that is named, else of its default account, else of its
/// environment variables. The manifests are read only where nothing is stored. A stored credential
/// that fails is a fault and never falls back to the environment. Faults: not-found ("No such
/// key"), and those of stored_key. Any thread.
[[nodiscard]] Result<ChosenKey> choose_key(const KeyParts& parts, const KeyRequest& request);

}  // namespace pindus
