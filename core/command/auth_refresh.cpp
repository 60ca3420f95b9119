#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/base/provider_id.hpp"
#include "core/base/side_by_side.hpp"
#include "core/base/text.hpp"
#include "core/command/commands.hpp"
#include "core/keys/choose_key.hpp"
#include "core/vault/credential_record.hpp"

namespace pindus {
namespace {

struct AuthRefreshOptions {
  std::vector<std::string> names;
  bool all = false;
  bool force = false;
};

// An account whose token is to be refreshed, and what came of it.
struct Refreshed {
  Account account = {};
  std::optional<AuthKind> kind = {};
  Secret before = {};  // the token that was stored
  Result<std::optional<ChosenKey>> outcome = std::optional<ChosenKey>();
};

Refreshed look_up(const VaultDocument& vault, Account account) {
  Refreshed refreshed{.account = std::move(account)};
  if (const auto record = vault.record(refreshed.account)) {
    const CredentialRecord credential(*record);
    refreshed.kind = credential.kind();
    if (refreshed.kind) refreshed.before = credential.key();
  }
  return refreshed;
}

Result<std::vector<Refreshed>> accounts_meant(const AuthRefreshOptions& options, Context& context) {
  const VaultDocument vault = TRY(context.vault().storage().read(context.stop()));
  std::vector<Refreshed> meant;
  if (options.all) {
    for (const StoredProvider& provider : vault.providers()) {
      for (const StoredAccount& account : provider.accounts) {
        if (account.kind != AuthKind::oauth) continue;
        meant.push_back(look_up(vault, {provider.id, account.name}));
      }
    }
  }
  for (const std::string& argument : options.names) {
    NamedKey named = parse_named_key(argument);
    if (!named.account) {
      named.account = TRY(choose_account(context.key_parts(), named.provider)).account;
    }
    TRY(vault.check_form(named.provider, named.account));
    const auto name = named.account ? named.account : vault.default_account(named.provider);
    if (!name || !vault.record({named.provider, *name})) {
      return std::unexpected(
          CredentialFault{FaultKind::not_found, "Nothing to refresh",
                          fmt::format("nothing is stored for \"{}\"", printable(argument, 80)),
                          "pindus signin --list"});
    }
    const bool is_there = std::ranges::any_of(meant, [&](const Refreshed& other) {
      return other.account.name == *name && same_provider(other.account.provider, named.provider);
    });
    if (!is_there) meant.push_back(look_up(vault, {named.provider, *name}));
  }
  return meant;
}

// A line about what is no fault.
std::string outcome_text(const Refreshed& refreshed) {
  if (refreshed.kind == AuthKind::api_key) return "an api key, which needs no refresh";
  const auto& chosen = *refreshed.outcome;
  if (!chosen) return "gone meanwhile";
  const bool is_new = chosen->key.key.view() != refreshed.before.view();
  if (!chosen->key.expires_ms) return is_new ? "refreshed" : "valid";
  return fmt::format("{} for {}", is_new ? "refreshed, valid" : "still valid",
                     time_until(*chosen->key.expires_ms));
}

Result<void> run_auth_refresh(const AuthRefreshOptions& options, Context& context,
                              CredentialResult& result) {
  if (options.names.size() == 1) result.provider = parse_named_key(options.names[0]).provider;
  std::vector<Refreshed> accounts = TRY(accounts_meant(options, context));
  CredentialIo& io = context.io();
  if (accounts.empty()) io.print("No token is stored.");
  std::vector<std::string> ids;
  for (const Refreshed& one : accounts) ids.push_back(one.account.provider);
  context.means_providers(std::move(ids));
  // Made here, so that what is wrong with manifests is told by one thread.
  static_cast<void>(context.providers());
  const auto refresh = [&](std::size_t i) {
    Refreshed& one = accounts[i];
    if (one.kind == AuthKind::api_key) return;
    const std::string_view refused = options.force ? one.before.view() : std::string_view();
    one.outcome = stored_key(context.vault(), &context.refresher(),
                             {.provider = one.account.provider,
                              .account = one.account.name,
                              .stop = context.stop(),
                              .demand = {.refused = refused}});
  };
  std::size_t failed = 0;
  const auto tell = [&](std::size_t i) {
    const Refreshed& one = accounts[i];
    if (!one.outcome) {
      ++failed;
      if (accounts.size() > 1) io.notice(format_credential_fault(one.outcome.error()));
      return;
    }
    if (*one.outcome && !(*one.outcome)->key.warning.empty()) {
      io.notice((*one.outcome)->key.warning);
    }
    io.print(fmt::format("{} ({}): {}", printable(one.account.provider),
                         printable(one.account.name), outcome_text(one)));
  };
  side_by_side(accounts.size(), refresh, tell);
  if (failed == 0) return {};
  if (accounts.size() == 1) return std::unexpected(accounts[0].outcome.error());
  return std::unexpected(
      refresh_fault(fmt::format("{} of {} accounts have no valid token", failed, accounts.size()),
                    "pindus auth status"));
}

}  // namespace

CommandBody declare_auth_refresh(CommandOptions& command) {
  const auto options = std::make_shared<AuthRefreshOptions>();
  command.positionals("PROVIDER[:ACCOUNT]", options->names, "whose token");
  command.flag("--all", options->all, "every token that is stored");
  command.flag("--force", options->force, "also one that is still valid: a server has refused it");
  command.check([options]() -> std::optional<std::string> {
    if (options->all || !options->names.empty()) return std::nullopt;
    return "a provider is needed, or --all";
  });
  return [options](Context& context, CredentialResult& result) {
    return run_auth_refresh(*options, context, result);
  };
}

}  // namespace pindus
