#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/account.hpp"
#include "core/base/environment.hpp"
#include "core/base/lazy.hpp"
#include "core/keys/project_rules.hpp"
#include "core/keys/token_life.hpp"
#include "core/keys/token_refresher.hpp"
#include "core/keys/usable_key.hpp"
#include "core/providers/environment_keys.hpp"
#include "core/providers/providers.hpp"
#include "core/vault/vault.hpp"

namespace pindus {

/// Where a key is from: a stored account, or what the environment has for its provider.
struct KeySource {
  std::optional<Account> account = {};
  EnvironmentKey environment = {};  ///< where there is no account
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
  TokenDemand demand = {};  ///< of a token; an api key is as it is
};

/// The variable with the token of the broker that stands between a program and the providers (see
/// core/broker): whatever the program starts gets that in the place of every key.
inline constexpr std::string_view broker_token_variable = "PINDUS_BROKER_TOKEN";

/// What keys come from; borrowed.
struct KeyParts {
  Vault& vault;
  TokenRefresher* refresher;  ///< null: what has expired is a fault
  const Lazy<ProviderDirectory>& providers;
  const Environment& environment;
  const ProjectRules& rules;
  const std::filesystem::path& directory;  ///< the working one, without links; empty: nobody knows
};

/// Which account is meant where nobody names one, and who says so.
struct AccountChoice {
  std::optional<std::string> account = {};  ///< nothing: the provider's default
  std::string variable = {};                ///< the environment variable that says so
  std::string folder = {};                  ///< or the folder with the rule that does

  /// Who says so: "PINDUS_ACCOUNT_OPENAI", "the rule for /home/me/work".
  [[nodiscard]] std::string described() const;
};

/// The name of the variable that chooses a provider's account: "PINDUS_ACCOUNT_OPENAI".
[[nodiscard]] std::string account_variable(std::string_view provider);

/// The account that the provider's variable names, else the rule for the working directory, else
/// none. Whether there is such an account isn't looked at. Faults: those of ProjectRules.
[[nodiscard]] Result<AccountChoice> choose_account(const KeyParts& parts,
                                                   std::string_view provider);

/// The key that an account's command prints, checked as any key. Waits for the command, 10 s at
/// most; any thread. Faults: vault ("Key command failed"); invalid-key; aborted.
[[nodiscard]] Result<Secret> key_of_command(const std::vector<std::string>& command,
                                            std::string_view whose, const Environment& environment,
                                            const std::stop_token& stop);

/// The key of a stored account, refreshed first if it must be; waits for the network then, and for
/// other processes that refresh the same account. Nothing where nothing is stored under that name.
/// A stored credential that can't be used is a fault. Any thread.
[[nodiscard]] Result<std::optional<ChosenKey>> stored_key(Vault& vault, TokenRefresher* refresher,
                                                          const KeyRequest& request);

/// Where the key comes from if nobody names an account: the account that is stored, else the first
/// of environment_keys; nothing: from nowhere. `provider` may be null.
[[nodiscard]] std::optional<KeySource> usual_source(const std::optional<Account>& stored,
                                                    const Provider* provider,
                                                    const Environment& environment);

/// The key for a provider: the broker's token, where there is one; else of the account that is
/// named, else of the one that choose_account gives,
/// else of its default account, else of its environment variables. The manifests are read only
/// where nothing is stored. A stored credential that fails is a fault and never falls back to the
/// environment. Faults: not-found ("No such key"), and those of stored_key. Any thread.
[[nodiscard]] Result<ChosenKey> choose_key(const KeyParts& parts, const KeyRequest& request);

/// What choose_key answers where a stored key stands ready, that is without a word to a provider, a
/// command or another process; nothing where it doesn't, or where something is wrong. Any thread.
[[nodiscard]] std::optional<ChosenKey> find_ready_key(const KeyParts& parts,
                                                      const KeyRequest& request);

}  // namespace pindus
