#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "core/base/display_width.hpp"
#include "core/base/json.hpp"
#include "core/command/account_status.hpp"
#include "core/command/commands.hpp"

namespace pindus {
namespace {

struct StatusOptions {
  std::optional<std::string> name;
  bool explain = false;
  bool check = false;
  bool json = false;
};

std::string_view kind_of(const StoredAccount& account) {
  if (!account.command.empty()) return "command";
  return account.kind ? kind_name(*account.kind) : "unknown";
}

// The name of the method; empty where nobody knows.
std::string_view method_of(const ProviderStatus& status, const StoredAccount& account) {
  if (!account.kind || !account.method.empty() || !account.command.empty()) return account.method;
  const Method* usual =
      status.provider == nullptr ? nullptr : status.provider->method(*account.kind);
  return usual != nullptr ? std::string_view(usual->name) : kind_name(*account.kind);
}

std::string or_null(std::string_view text) {
  return text.empty() ? "null" : json_quote(text);
}

std::string check_json(const AccountStatus& status) {
  if (!status.checked && status.check_failure.empty()) return "null";
  return fmt::format(R"({{"status":{},"message":{}}})",
                     status.checked ? fmt::to_string(*status.checked) : "null",
                     or_null(status.check_failure));
}

std::string account_json(const ProviderStatus& provider, const AccountStatus& status) {
  const StoredAccount& account = status.account;
  const bool ends = account.expires_ms && !account.end_is_unknown;
  return fmt::format(
      R"({{"provider":{},"account":{},"kind":"{}","method":{},"default":{},"used":{},)"
      R"("expires":{},"state":"{}","refused":{},"check":{}}})",
      json_quote(provider.id), json_quote(account.name), kind_of(account),
      or_null(method_of(provider, account)), account.is_default, status.is_used,
      ends ? fmt::to_string(*account.expires_ms) : "null", state_name(status.state),
      status.refused_ms ? fmt::format(R"({{"at":{},"message":{}}})", *status.refused_ms,
                                      json_quote(status.refusal))
                        : "null",
      check_json(status));
}

void print_json(const std::vector<ProviderStatus>& all, CredentialIo& io) {
  std::vector<std::string> accounts;
  std::vector<std::string> variables;
  for (const ProviderStatus& provider : all) {
    for (const auto& account : provider.accounts) {
      accounts.push_back(account_json(provider, account));
    }
    if (!provider.oddity.empty()) {
      accounts.push_back(account_json(provider, {.account = {.name = "default"}}));
    }
    for (const EnvironmentStatus& status : provider.environment) {
      variables.push_back(
          fmt::format(R"({{"provider":{},"variable":{},"file":{},"used":{},"state":"{}"}})",
                      json_quote(provider.id), json_quote(status.key.variable),
                      or_null(status.key.file.native()), status.is_used,
                      !status.problem.empty() ? "invalid"
                      : status.is_used        ? "valid"
                                              : "shadowed"));
    }
  }
  io.print(fmt::format(R"({{"version":1,"accounts":[{}],"environment":[{}]}})",
                       fmt::join(accounts, ","), fmt::join(variables, ",")));
}

enum class Colour { none, green, yellow, red, dim };

struct Row {
  std::string name;
  std::string way;
  std::string state;
  Colour colour = Colour::none;
};

Colour colour_of(AccountState state) {
  switch (state) {
    case AccountState::valid: return Colour::green;
    case AccountState::expiring:
    case AccountState::expired: return Colour::yellow;
    case AccountState::dead:
    case AccountState::invalid: return Colour::red;
    case AccountState::unknown: return Colour::dim;
  }
  return Colour::none;
}

bool is_refused(int answer) {
  return answer == 401 || answer == 403;
}

std::string check_text(const AccountStatus& status) {
  if (!status.check_failure.empty()) {
    return fmt::format("; not checked: {}", printable(status.check_failure));
  }
  if (!status.checked) return {};
  if (is_refused(*status.checked)) {
    return fmt::format("; the provider refused it ({})", *status.checked);
  }
  if (*status.checked >= 200 && *status.checked < 300) return "; the provider took it";
  return fmt::format("; not checked: the provider answered {}", *status.checked);
}

Row row_of(const ProviderStatus& provider, const AccountStatus& status) {
  const StoredAccount& account = status.account;
  std::string text = status.text + check_text(status);
  if (status.is_used && provider.choice.account) {
    text += fmt::format("; used here: {}", provider.choice.described());
  } else if (status.is_used && provider.accounts.size() > 1) {
    text += "; used here";
  }
  const bool refused = status.checked && is_refused(*status.checked);
  return {printable(account.name) + (account.is_default ? " (default)" : ""),
          account.method.empty() ? std::string(kind_of(account)) : printable(account.method),
          std::move(text), refused ? Colour::red : colour_of(status.state)};
}

Row row_of(const EnvironmentStatus& status) {
  const bool wrong = !status.problem.empty();
  return {status.key.described(), "environment",
          fmt::format("{}{}",
                      wrong            ? status.problem
                      : status.is_used ? "used"
                                       : "shadowed",
                      wrong && !status.is_used ? "; shadowed" : ""),
          wrong            ? Colour::red
          : status.is_used ? Colour::green
                           : Colour::dim};
}

std::string coloured(const std::string& text, Colour colour) {
  switch (colour) {
    case Colour::green: return "\x1b[32m" + text + "\x1b[0m";
    case Colour::yellow: return "\x1b[33m" + text + "\x1b[0m";
    case Colour::red: return "\x1b[31m" + text + "\x1b[0m";
    case Colour::dim: return "\x1b[2m" + text + "\x1b[0m";
    case Colour::none: break;
  }
  return text;
}

// https://no-color.org: whatever the variable holds.
bool wants_colours(const Context& context) {
  return context.io().shows_results() &&
         context.environment().get("NO_COLOR").value_or("").empty() &&
         context.environment().get_nonblank("TERM").value_or("dumb") != "dumb";
}

void print_table(const std::vector<ProviderStatus>& all, const Context& context) {
  CredentialIo& io = context.io();
  if (all.empty()) io.print("Nothing is stored, and no provider's environment variable is set.");
  std::vector<std::vector<Row>> tables;
  std::size_t name_width = 0;
  std::size_t way_width = 0;
  for (const ProviderStatus& provider : all) {
    std::vector<Row>& rows = tables.emplace_back();
    for (const AccountStatus& account : provider.accounts) {
      rows.push_back(row_of(provider, account));
    }
    for (const EnvironmentStatus& key : provider.environment) rows.push_back(row_of(key));
    for (const Row& row : rows) {
      name_width = std::max(name_width, display_width(row.name));
      way_width = std::max(way_width, display_width(row.way));
    }
  }
  const bool in_colours = wants_colours(context);
  for (std::size_t i = 0; i < all.size(); ++i) {
    io.print(provider_title(all[i].provider, all[i].id));
    if (!all[i].oddity.empty()) io.print(fmt::format("  unknown, {}", all[i].oddity));
    for (const Row& row : tables[i]) {
      io.print(fmt::format("  {}  {}  {}", padded(row.name, name_width), padded(row.way, way_width),
                           in_colours ? coloured(row.state, row.colour) : row.state));
    }
  }
}

// 0 only where what was named is usable.
Result<void> usability(const NamedKey& named, const std::vector<ProviderStatus>& all) {
  const auto not_usable = [&](std::string_view why) -> Result<void> {
    return std::unexpected(CredentialFault{
        FaultKind::not_found, "No usable key",
        fmt::format("{}{}{} {}", printable(named.provider, 80), named.account ? ":" : "",
                    printable(named.account.value_or(""), 80), why),
        fmt::format("pindus signin {}", named.provider)});
  };
  if (all.empty()) return not_usable("has nothing stored, and no variable is set");
  const ProviderStatus& status = all.front();
  if (named.account) {
    if (status.accounts.empty()) return not_usable("is not stored");
    const AccountStatus& account = status.accounts.front();
    const bool may = is_usable(account.state) ||
                     (account.state == AccountState::unknown && account.account.kind);
    if (may && !(account.checked && is_refused(*account.checked))) return {};
    return not_usable("has no usable key");
  }
  return status.has_usable_key() ? Result<void>() : not_usable("has no usable key");
}

Result<void> run_auth_status(const StatusOptions& options, Context& context,
                             CredentialResult& result) {
  std::optional<NamedKey> only;
  if (options.name) only = parse_named_key(*options.name);
  if (only) {
    result.provider = only->provider;
    context.means_providers({only->provider});
  }
  std::vector<ProviderStatus> all = TRY(collect_status(context, only));
  if (options.check) {
    std::size_t done = 0;
    check_accounts(context, all, [&](const ProviderStatus& provider, const AccountStatus& account) {
      context.io().notice(fmt::format("{}. {} ({}){}", ++done, printable(provider.id),
                                      printable(account.account.name),
                                      check_text(account).substr(1)));
    });
  }
  if (options.json) {
    print_json(all, context.io());
  } else if (options.explain) {
    for (const ProviderStatus& status : all) {
      for (const std::string& line : explain_choice(context, status)) context.io().print(line);
    }
  } else {
    print_table(all, context);
  }
  return only ? usability(*only, all) : Result<void>();
}

}  // namespace

CommandBody declare_auth_status(CommandOptions& command) {
  const auto options = std::make_shared<StatusOptions>();
  command.positional("PROVIDER[:ACCOUNT]", options->name, "only this provider, or account");
  command.flag("--explain", options->explain, "show how a key is chosen, step by step");
  command.flag("--check", options->check, "ask the providers whether they take the keys");
  command.flag("--json", options->json, "print it as JSON");
  command.check([options]() -> std::optional<std::string> {
    if (options->explain && options->json) return "--explain is for people, --json for programs";
    return std::nullopt;
  });
  return [options](Context& context, CredentialResult& result) {
    return run_auth_status(*options, context, result);
  };
}

}  // namespace pindus
