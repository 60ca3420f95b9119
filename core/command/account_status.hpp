#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/command/command.hpp"
#include "core/keys/choose_key.hpp"

namespace pindus {

/// What can be said of an account without asking anybody.
enum class AccountState {
  valid,
  expiring,  ///< a token that is refreshed when it is next used
  expired,   ///< the same, after its end
  dead,      ///< only another sign-in helps
  invalid,   ///< what is stored can't be handed out
  unknown,   ///< a record of a foreign form, or nobody knows
};
[[nodiscard]] std::string_view state_name(AccountState state) noexcept;

/// Whether a key can be had, as far as anybody knows.
[[nodiscard]] bool is_usable(AccountState state) noexcept;

/// A stored account, and what is known of it.
struct AccountStatus {
  StoredAccount account;
  AccountState state = AccountState::unknown;
  std::string text = {};  ///< the state for people: "expires in 5 min"
  bool is_used = false;   ///< it is what `auth key` takes here
  /// When the provider refused it for good, in epoch milliseconds, and what it said.
  std::optional<std::int64_t> refused_ms = {};
  std::string refusal = {};
  std::optional<int> checked = {};  ///< the status of the provider's answer
  std::string check_failure = {};   ///< why there is none, where it was asked for
};

/// A key of the environment.
struct EnvironmentStatus {
  EnvironmentKey key;
  bool is_used = false;  ///< else a stored account, or another of them, counts before it
  std::string problem = {};
};

/// A provider that has something: in the vault, in the environment, or both.
struct ProviderStatus {
  std::string id;
  const Provider* provider = nullptr;
  std::vector<AccountStatus> accounts = {};
  std::vector<EnvironmentStatus> environment = {};
  std::string oddity = {};    ///< what is wrong with what stands in the accounts' place
  AccountChoice choice = {};  ///< of the account, by a variable or a rule

  /// Whether `auth key` gives a key here, as far as anybody knows.
  [[nodiscard]] bool has_usable_key() const noexcept;
};

/// All that is stored and in the environment, without who is used here. Reads only. Faults: vault.
[[nodiscard]] Result<std::vector<ProviderStatus>> collect_accounts(
    Context& context, const std::optional<NamedKey>& only);

/// Marks what `auth key` takes here where nobody names an account. Faults: those of the rules.
[[nodiscard]] Result<void> mark_used(ProviderStatus& provider, Context& context);

/// All of them, or those of one provider; of one account, where that is named. Reads only. Faults:
/// vault.
[[nodiscard]] Result<std::vector<ProviderStatus>> collect_status(
    Context& context, const std::optional<NamedKey>& only);

/// Asks the providers whether they take the keys: `check` of each manifest's api, with the key that
/// would be handed out, so that tokens are refreshed. Several at once; what comes of each is told
/// by `told`, on this thread.
void check_accounts(Context& context, std::vector<ProviderStatus>& all,
                    const std::function<void(const ProviderStatus&, const AccountStatus&)>& told);

/// How `auth key` comes to its key, a step a line: what each source has, and what wins.
[[nodiscard]] std::vector<std::string> explain_choice(const Context& context,
                                                      const ProviderStatus& status);

}  // namespace pindus
