#include <fmt/format.h>

#include <algorithm>

#include "core/base/side_by_side.hpp"
#include "core/base/text.hpp"
#include "core/command/account_status.hpp"
#include "core/keys/api_values.hpp"
#include "core/session/probe.hpp"

namespace pindus {
namespace {

struct AccountCheck {
  ProviderStatus* provider = nullptr;
  AccountStatus* account = nullptr;
};

// "GET /v1/models" at the provider's address.
Result<Probe> probe_of(const Provider& provider, const UsableKey& key) {
  const KeyMembers members(provider, key);
  const std::string check = members.api().check;
  ApiValues values = TRY(api_values(provider, key));
  const auto parts = split(check, " ");
  if (parts.size() != 2 || values.base_url.empty()) {
    return fail(FaultKind::not_found,
                fmt::format("the manifests of {} name no request that tells", provider.id));
  }
  return Probe{.method = std::string(parts[0]),
               .url = values.base_url + std::string(parts[1]),
               .headers = std::move(values.headers)};
}

Result<int> answer_for(const AccountCheck& check, Context& context) {
  if (check.provider->provider == nullptr) {
    return fail(FaultKind::unknown_provider,
                fmt::format("no manifest describes {}", printable(check.provider->id, 80)));
  }
  const Provider& provider = *check.provider->provider;
  if (provider.refused) return std::unexpected(refused_provider(*provider.refused));
  const auto chosen = TRY(stored_key(
      context.vault(), &context.refresher(),
      {.provider = provider.id, .account = check.account->account.name, .stop = context.stop()}));
  if (!chosen) return fail(FaultKind::not_found, "the account is gone meanwhile");
  Probe probe = TRY(probe_of(provider, chosen->key));
  return TRY(send_probe(context.session(), std::move(probe))).status;
}

}  // namespace

void check_accounts(Context& context, std::vector<ProviderStatus>& all,
                    const std::function<void(const ProviderStatus&, const AccountStatus&)>& told) {
  std::vector<AccountCheck> checks;
  for (ProviderStatus& provider : all) {
    for (AccountStatus& account : provider.accounts) {
      if (account.account.kind) checks.push_back({&provider, &account});
    }
  }
  side_by_side(
      checks.size(),
      [&](std::size_t i) {
        const auto answer = answer_for(checks[i], context);
        if (answer) {
          checks[i].account->checked = *answer;
        } else {
          checks[i].account->check_failure = answer.error().message;
        }
      },
      [&](std::size_t i) { told(*checks[i].provider, *checks[i].account); });
}

}  // namespace pindus
