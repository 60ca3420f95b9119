#include "core/command/account_status.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/epoch_time.hpp"
#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"
#include "core/keys/failure_memo.hpp"
#include "core/vault/credential_record.hpp"
#include "core/vault/credential_rules.hpp"

namespace pindus {
namespace {

using namespace std::chrono_literals;

// What the provider said for good about exactly what is stored.
void note_refusal(AccountStatus& status, const Account& account, std::string_view record,
                  Context& context) {
  const std::string memo = context.vault().storage().memo(account);
  if (memo.empty()) return;
  const OAuthCredentials stored = CredentialRecord(record).oauth();
  const auto policy = context.refresher().policy(account.provider, status.account.method);
  const auto failure = remembered_failure(memo, grant_fingerprint(stored, policy.server), now_ms());
  if (!failure || failure->kind != RefreshFailure::Kind::permanent) return;
  status.refused_ms = remembered_time(memo);
  status.refusal = failure->fault.message;
}

bool can_refresh(const ProviderStatus& provider, const StoredAccount& account) {
  const Method* method = provider.provider == nullptr
                             ? nullptr
                             : provider.provider->noted_method(AuthKind::oauth, account.method);
  return account.can_refresh && method != nullptr && method->available();
}

AccountState state_of(const AccountStatus& status, bool refreshable, std::string_view record) {
  const StoredAccount& account = status.account;
  if (!account.kind) return AccountState::unknown;
  const bool is_token = *account.kind == AuthKind::oauth;
  if (!is_token || !account.expires_ms) {
    if (!account.problem.empty()) return AccountState::invalid;
    return (is_token && account.end_is_unknown) || !account.command.empty() ? AccountState::unknown
                                                                            : AccountState::valid;
  }
  const std::chrono::milliseconds left = time_left(record);
  const bool ended = left <= 0ms;
  if (ended && (status.refused_ms || !refreshable)) return AccountState::dead;
  if (!ended && !account.problem.empty()) return AccountState::invalid;
  if (ended) return AccountState::expired;
  if (left <= margin_of(record, TokenRefresher::Policy().margin)) return AccountState::expiring;
  return AccountState::valid;
}

std::string text_of(const AccountStatus& status, bool refreshable) {
  const StoredAccount& account = status.account;
  const auto end = [&] { return time_until(account.expires_ms.value_or(0)); };
  switch (status.state) {
    case AccountState::valid:
      if (account.kind != AuthKind::oauth || !account.expires_ms) return "valid";
      return fmt::format("valid for {}", end());
    case AccountState::expiring:
      return fmt::format("expires in {}{}", end(),
                         status.refused_ms || !refreshable ? ", and can't be refreshed"
                                                           : ", refreshed when it is next used");
    case AccountState::expired: return "expired, refreshed when it is next used";
    case AccountState::dead:
      return status.refused_ms ? fmt::format("refused {} ago: {}", time_since(*status.refused_ms),
                                             printable(status.refusal))
                               : "expired, and can't be refreshed";
    case AccountState::invalid: return account.problem;
    case AccountState::unknown: break;
  }
  if (!account.kind) return account.problem;
  return account.command.empty() ? "nobody knows how long it is valid"
                                 : fmt::format("what {} prints", printable(account.command[0]));
}

ProviderStatus of_accounts(StoredProvider stored, const VaultDocument& vault, Context& context) {
  ProviderStatus provider{.id = stored.id,
                          .provider = context.providers().find_provider(stored.id)};
  for (StoredAccount& account : stored.accounts) {
    AccountStatus status{.account = std::move(account)};
    const Account named{stored.id, status.account.name};
    const std::string_view record = vault.record(named).value_or("{}");
    const bool refreshable = can_refresh(provider, status.account);
    // What will be valid for long has no refusal that matters yet.
    if (status.account.kind == AuthKind::oauth && time_left(record) <= surely_valid) {
      note_refusal(status, named, record, context);
    }
    status.state = state_of(status, refreshable, record);
    status.text = text_of(status, refreshable);
    provider.accounts.push_back(std::move(status));
  }
  return provider;
}

void add_environment(ProviderStatus& provider, const Context& context) {
  if (provider.provider == nullptr) return;
  for (EnvironmentKey& key : environment_keys(*provider.provider, context.environment())) {
    EnvironmentStatus status{.key = std::move(key)};
    const auto value = read_environment_key(status.key, context.environment(), context.stop());
    if (!value) {
      status.problem = value.error().message;
    } else if (const auto flaw = flaw_of(AuthKind::api_key, value->view());
               flaw != bare::KeyFlaw::none) {
      status.problem = describe(flaw);
    }
    provider.environment.push_back(std::move(status));
  }
}

}  // namespace

std::string_view state_name(AccountState state) noexcept {
  switch (state) {
    case AccountState::valid: return "valid";
    case AccountState::expiring: return "expiring";
    case AccountState::expired: return "expired";
    case AccountState::dead: return "dead";
    case AccountState::invalid: return "invalid";
    case AccountState::unknown: return "unknown";
  }
  return "unknown";
}

bool is_usable(AccountState state) noexcept {
  return state == AccountState::valid || state == AccountState::expiring ||
         state == AccountState::expired;
}

bool ProviderStatus::has_usable_key() const noexcept {
  const auto used = std::ranges::find_if(accounts, &AccountStatus::is_used);
  if (used != accounts.end()) {
    // A command, or a token whose end nobody knows, may well give one.
    const bool may =
        is_usable(used->state) || (used->state == AccountState::unknown && used->account.kind);
    const int answer = used->checked.value_or(0);
    return may && answer != 401 && answer != 403;
  }
  const auto variable = std::ranges::find_if(environment, &EnvironmentStatus::is_used);
  return variable != environment.end() && variable->problem.empty();
}

Result<void> mark_used(ProviderStatus& provider, Context& context) {
  provider.choice = TRY(choose_account(context.key_parts(), provider.id));
  if (!provider.oddity.empty()) return {};
  if (const auto& chosen = provider.choice.account) {
    for (AccountStatus& status : provider.accounts) status.is_used = status.account.name == *chosen;
    return {};
  }
  if (!provider.accounts.empty()) {
    const auto marked = std::ranges::find_if(
        provider.accounts, [](const AccountStatus& status) { return status.account.is_default; });
    (marked == provider.accounts.end() ? provider.accounts.front() : *marked).is_used = true;
  } else if (!provider.environment.empty()) {
    provider.environment.front().is_used = true;
  }
  return {};
}

Result<std::vector<ProviderStatus>> collect_accounts(Context& context,
                                                     const std::optional<NamedKey>& only) {
  const auto is_meant = [&](std::string_view id) {
    return !only || same_provider(only->provider, id);
  };
  std::vector<ProviderStatus> all;
  const ProviderDirectory& providers = context.providers();
  const VaultDocument vault = TRY(context.vault().storage().read(context.stop()));
  for (StoredProvider& stored : vault.providers()) {
    if (is_meant(stored.id)) all.push_back(of_accounts(std::move(stored), vault, context));
  }
  for (const Provider& provider : providers.providers()) {
    if (!is_meant(provider.id)) continue;
    auto found = std::ranges::find(all, &provider, &ProviderStatus::provider);
    if (found == all.end()) {
      ProviderStatus status{.id = provider.id, .provider = &provider};
      if (const auto right = vault.check_form(provider.id); !right) {
        status.oddity = right.error().message;
      }
      add_environment(status, context);
      if (status.oddity.empty() && status.environment.empty()) continue;
      all.push_back(std::move(status));
    } else {
      add_environment(*found, context);
    }
  }
  if (only && all.empty()) TRY(vault.check_form(only->provider));
  return all;
}

Result<std::vector<ProviderStatus>> collect_status(Context& context,
                                                   const std::optional<NamedKey>& only) {
  std::vector<ProviderStatus> all = TRY(collect_accounts(context, only));
  for (ProviderStatus& status : all) {
    TRY(mark_used(status, context));
    if (!only || !only->account) continue;
    std::erase_if(status.accounts,
                  [&](const AccountStatus& one) { return one.account.name != *only->account; });
    status.environment.clear();
  }
  return all;
}

}  // namespace pindus
