#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include <pindus/plugin.h>

#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"
#include "core/command/commands.hpp"
#include "core/command/signin_address.hpp"

namespace pindus {
namespace {

// Asks the provider to forget the sign-in (RFC 7009); says how that went.
std::string revoke(const Provider* provider, const Account& account, const OAuthCredentials& stored,
                   const Context& context) {
  constexpr std::chrono::seconds limit{10};
  const std::string title = provider_title(provider, account.provider);
  const auto not_revoked = [&](std::string_view why) {
    return fmt::format("The sign-in was not revoked at {}: {}.", title, why);
  };
  auto session = stored_session(context.providers(), account, stored, context.session());
  if (!session) return not_revoked(session.error().message);
  session->operation = Operation::revoke;
  session->io = nullptr;
  session->deadline = std::chrono::steady_clock::now() + limit;
  const SessionOutcome outcome = run_method(*session);
  if (outcome.code == PINDUS_OK) return fmt::format("{} has revoked the sign-in.", title);
  if (outcome.code == PINDUS_UNSUPPORTED) {
    return fmt::format("{} has no endpoint to revoke a sign-in; what it issued ends by itself.",
                       title);
  }
  if (outcome.code == PINDUS_TIMEOUT) {
    return not_revoked(fmt::format("no answer within {} s", limit.count()));
  }
  if (outcome.code == PINDUS_CANCELLED) return not_revoked("interrupted");
  return not_revoked(printable(outcome.why.message));
}

// First here, as one change, then there: whatever interrupts the requests, the records are gone.
// What is revoked is what was removed: a refresh that was under way has been waited for.
Result<void> sign_out(const std::vector<Account>& accounts, const Context& context) {
  const auto gone = TRY(context.vault().remove(accounts, context.stop()));
  for (const RemovedAccount& removed : gone) {
    const Account& account = removed.account;
    const Provider* provider = context.providers().find_provider(account.provider);
    context.io().print(fmt::format("Signed out of {}: account {} is removed.",
                                   provider_title(provider, account.provider),
                                   printable(account.name)));
    if (removed.oauth) context.io().print(revoke(provider, account, *removed.oauth, context));
  }
  // Last, since a server ends with its client what it had given it.
  if (gone.empty()) return {};
  const Provider* left = context.providers().find_provider(gone.front().account.provider);
  if (left != nullptr) leave_address(*left, context);
  return {};
}

CredentialFault no_provider(const std::vector<StoredProvider>& stored) {
  std::vector<std::string> ids;
  for (const StoredProvider& provider : stored) ids.push_back(printable(provider.id));
  return credential_fault(
      FaultKind::usage, "signout needs a provider",
      ids.empty() ? std::string("nothing is stored")
                  : fmt::format("pindus signout PROVIDER, which may be {}", fmt::join(ids, ", ")));
}

struct SignoutOptions {
  std::optional<std::string> provider;
  std::optional<std::string> account;
};

Result<void> run_signout(const SignoutOptions& options, Context& context,
                         CredentialResult& result) {
  const VaultDocument vault = TRY(context.vault().storage().read(context.stop()));
  const auto providers = vault.providers();
  if (!options.provider) return std::unexpected(no_provider(providers));
  TRY(vault.check_form(*options.provider, options.account));
  result.provider = *options.provider;
  const auto provider = std::ranges::find_if(
      providers, [&](const StoredProvider& p) { return same_provider(p.id, *options.provider); });
  if (provider == providers.end()) {
    return fail(FaultKind::not_found,
                fmt::format("nothing is stored for \"{}\"", printable(*options.provider, 80)),
                "pindus signin --list");
  }
  result.provider = provider->id;
  context.means_providers({provider->id});
  auto accounts = provider->accounts;
  if (options.account) {
    std::erase_if(accounts, [&](const auto& a) { return a.name != *options.account; });
  }
  if (accounts.empty()) {
    return fail(FaultKind::not_found,
                fmt::format("{} has no account named \"{}\"", printable(provider->id),
                            printable(options.account.value_or(""), 80)),
                "pindus signin --list");
  }
  std::vector<Account> leaving;
  for (const StoredAccount& account : accounts) leaving.push_back({provider->id, account.name});
  return sign_out(leaving, context);
}

}  // namespace

CommandBody declare_signout(CommandOptions& command) {
  const auto options = std::make_shared<SignoutOptions>();
  command.provider(options->provider);
  command.value("--account", "NAME", options->account,
                "only this account, not all of the provider's");
  return [options](Context& context, CredentialResult& result) {
    return run_signout(*options, context, result);
  };
}

}  // namespace pindus
