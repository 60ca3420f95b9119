#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "core/base/json.hpp"
#include "core/base/text.hpp"
#include "core/command/commands.hpp"
#include "core/keys/choose_key.hpp"
#include "core/vault/credential_rules.hpp"

namespace pindus {
namespace {

struct StatusOptions {
  std::optional<std::string> provider;
  bool json = false;
};

// "valid"; "expired", for now or for good; "invalid" where what is stored can't be handed out;
// "unknown" for a record of a foreign form, and where nobody knows how long a token is valid.
std::string_view state_of(const StoredAccount& account) {
  if (!account.kind) return "unknown";
  const bool is_token = *account.kind == AuthKind::oauth;
  const bool expired = is_token && account.expires_ms && *account.expires_ms <= now_ms();
  if (expired && account.can_refresh) return "expired";
  if (!account.problem.empty()) return "invalid";
  if (expired) return "expired";
  return is_token && account.end_is_unknown ? "unknown" : "valid";
}

std::string_view kind_of(const StoredAccount& account) {
  return account.kind ? method_name(*account.kind) : "unknown";
}

// How far off a moment is, in its two largest units.
std::string time_left(std::int64_t expires_ms) {
  const std::int64_t minutes = (expires_ms - now_ms()) / 60'000;
  if (minutes < 60) return fmt::format("{} min", minutes);
  if (minutes < 48 * 60) return fmt::format("{} h {} min", minutes / 60, minutes % 60);
  return fmt::format("{} days", minutes / (24 * 60));
}

// A provider that has something: in the vault, in the environment, or both.
struct Status {
  std::string id;
  const Provider* provider = nullptr;
  std::vector<StoredAccount> accounts;
  std::string oddity = {};                  // what is wrong with what stands in the accounts' place
  std::vector<std::string> variables = {};  // those that are set
};

bool can_refresh(const Status& status, const StoredAccount& account) {
  const Method* method =
      status.provider == nullptr ? nullptr : status.provider->method(AuthKind::oauth);
  return account.can_refresh && method != nullptr && method->available();
}

std::string state_text(const Status& status, const StoredAccount& account) {
  const std::string_view state = state_of(account);
  if (!account.kind || state == "invalid") return account.problem;
  if (state == "unknown") return "nobody knows how long it is valid";
  if (state == "expired") {
    return can_refresh(status, account) ? "expired, refreshed when it is next used" : "expired";
  }
  const bool ends = *account.kind == AuthKind::oauth && account.expires_ms;
  return ends ? fmt::format("expires in {}", time_left(*account.expires_ms)) : "valid";
}

Result<std::vector<Status>> collect(const StatusOptions& options, const Context& context) {
  std::vector<Status> all;
  const ProviderDirectory& providers = context.providers();
  const VaultDocument vault = PINDUS_TRY(context.vault().storage().read(context.stop()));
  for (StoredProvider& stored : vault.providers()) {
    all.push_back({stored.id, providers.find_provider(stored.id), std::move(stored.accounts)});
  }
  for (const Provider& provider : providers.providers()) {
    if (const auto right = vault.check_form(provider.id); !right) {
      all.push_back({provider.id, &provider, {}, right.error().message});
    }
    std::vector<std::string> set;
    std::ranges::copy_if(provider.env, std::back_inserter(set), [&](const std::string& name) {
      return context.environment().get_nonblank(name).has_value();
    });
    if (set.empty()) continue;
    auto found = std::ranges::find(all, &provider, &Status::provider);
    if (found == all.end()) found = all.insert(all.end(), {provider.id, &provider, {}});
    found->variables = std::move(set);
  }
  if (options.provider) {
    std::erase_if(all,
                  [&](const Status& s) { return !equal_ignoring_case(s.id, *options.provider); });
    if (all.empty()) PINDUS_CHECK(vault.check_form(*options.provider));
  }
  return all;
}

std::string account_json(const Status& status, const StoredAccount& account) {
  return fmt::format(
      R"({{"provider":{},"account":{},"kind":"{}","default":{},"expires":{},"state":"{}"}})",
      json_quote(status.id), json_quote(account.name), kind_of(account), account.is_default,
      account.expires_ms && !account.end_is_unknown ? fmt::to_string(*account.expires_ms) : "null",
      state_of(account));
}

// What 'auth key' would take it from, if nobody named an account.
bool is_used(const Status& status, const std::string& variable, const Context& context) {
  if (!status.oddity.empty()) return false;
  std::optional<Account> stored;
  if (!status.accounts.empty()) stored = Account{status.id, status.accounts.front().name};
  const auto source = usual_source(stored, status.provider, context.environment());
  return source && source->variable == variable;
}

bare::KeyFlaw flaw_of(const std::string& variable, const Context& context) {
  const Secret value(context.environment().get(variable).value_or(""));
  return flaw_of(AuthKind::api_key, value.view());
}

void print_json(const std::vector<Status>& all, const Context& context) {
  std::vector<std::string> accounts;
  std::vector<std::string> variables;
  for (const Status& status : all) {
    for (const auto& account : status.accounts) accounts.push_back(account_json(status, account));
    if (!status.oddity.empty()) accounts.push_back(account_json(status, {.name = "default"}));
    for (const auto& name : status.variables) {
      const bool valid = flaw_of(name, context) == bare::KeyFlaw::none;
      variables.push_back(fmt::format(R"({{"provider":{},"variable":{},"used":{},"state":"{}"}})",
                                      json_quote(status.id), json_quote(name),
                                      is_used(status, name, context), valid ? "valid" : "invalid"));
    }
  }
  context.io().print(fmt::format(R"({{"accounts":[{}],"environment":[{}]}})",
                                 fmt::join(accounts, ","), fmt::join(variables, ",")));
}

void print_text(const std::vector<Status>& all, const Context& context) {
  CredentialIo& io = context.io();
  if (all.empty()) io.print("Nothing is stored, and no provider's environment variable is set.");
  for (const Status& status : all) {
    io.print(provider_title(status.provider, status.id));
    if (!status.oddity.empty()) io.print(fmt::format("  unknown, {}", status.oddity));
    for (const auto& account : status.accounts) {
      io.print(fmt::format("  {}{}: {}, {}", printable(account.name),
                           account.is_default ? " (default)" : "", kind_of(account),
                           state_text(status, account)));
    }
    for (const auto& name : status.variables) {
      const bare::KeyFlaw flaw = flaw_of(name, context);
      io.print(fmt::format("  {}: environment variable, {}{}{}", name,
                           is_used(status, name, context) ? "used" : "not used",
                           flaw == bare::KeyFlaw::none ? "" : ", but it ",
                           flaw == bare::KeyFlaw::none ? "" : describe(flaw)));
    }
  }
}

Result<void> run_auth_status(const StatusOptions& options, Context& context,
                             CredentialResult& result) {
  if (options.provider) result.provider = *options.provider;
  const auto all = PINDUS_TRY(collect(options, context));
  if (options.json) {
    print_json(all, context);
  } else {
    print_text(all, context);
  }
  return {};
}

}  // namespace

CommandBody declare_auth_status(CommandOptions& command) {
  const auto options = std::make_shared<StatusOptions>();
  command.positional("PROVIDER", options->provider, "only this provider");
  command.flag("--json", options->json, "print it as JSON");
  return [options](Context& context, CredentialResult& result) {
    return run_auth_status(*options, context, result);
  };
}

}  // namespace pindus
