#include "core/command/signin.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "core/base/text.hpp"
#include "core/command/commands.hpp"
#include "core/command/signin_address.hpp"
#include "core/command/signin_menu.hpp"
#include "core/discovery/metadata.hpp"
#include "core/providers/manifest.hpp"
#include "core/session/sign_in.hpp"
#include "core/vault/credential_rules.hpp"

namespace pindus {
namespace {

std::unexpected<CredentialFault> unavailable(const Method& method) {
  return std::unexpected(sign_in_fault(method.unavailable));
}

std::unexpected<CredentialFault> no_such_method(const Provider& provider, std::string_view name) {
  std::vector<std::string_view> names;
  for (const Method& method : provider.methods) names.emplace_back(method.name);
  return fail(FaultKind::usage, fmt::format("{} has no sign-in by {}", provider.id, name),
              names.empty() ? fmt::format("pindus plugin show {}", provider.id)
                            : fmt::format("pindus signin {} --method {}", provider.id,
                                          fmt::join(names, ", or ")));
}

Result<LoginChoice> choose_named(std::string_view id, const SigninOptions& options,
                                 const Context& context) {
  const Provider* provider = TRY(context.providers().require_provider(id));
  TRY(check_usable(*provider));
  if (options.method) {
    const Method* method = provider->asked_method(*options.method);
    if (method == nullptr) return no_such_method(*provider, *options.method);
    if (!method->available()) return unavailable(*method);
    return LoginChoice{provider, method};
  }
  const auto usable = std::ranges::find_if(provider->methods, &Method::available);
  if (usable != provider->methods.end()) return LoginChoice{provider, &*usable};
  if (!provider->methods.empty()) return unavailable(provider->methods.front());
  return std::unexpected(
      sign_in_fault(fmt::format("the manifests of {} name no way to sign in", provider->id),
                    fmt::format("pindus plugin show {}", provider->id)));
}

// The name must be one of ours, or that of an account that another program has named.
Result<void> check_name(const std::string& name, const SigninOptions& options,
                        const Context& context) {
  auto valid = validate_account_name(name);
  if (valid || !options.provider) return valid;
  const auto stored = TRY(context.vault().list_accounts(*options.provider));
  const auto same = std::ranges::find(stored, name, &StoredAccount::name);
  return same != stored.end() ? Result<void>() : valid;
}

// Where it is stored, where the variable that says so may mean another place than the person
// thinks: a relative one ('$HOME/x' that no shell has expanded is one, too).
std::string place_to_name(const Context& context) {
  for (const char* variable : {"INDUSAGI_CODING_AGENT_DIR", "INDUSAGI_HOME"}) {
    const auto value = context.environment().get_nonblank(variable);
    if (!value) continue;
    const bool is_plain =
        (value->starts_with('/') || value->starts_with('~')) && !value->contains('$');
    if (is_plain || !context.profile()) return {};
    return fmt::format(", in {}", printable((*context.profile() / "auth.json").string()));
  }
  return {};
}

std::string way_of(const Method& method) {
  if (!method.label.empty()) return fmt::format(" ({})", printable(method.label));
  return method.kind == AuthKind::oauth ? " by browser" : " by api key";
}

// Nobody is asked for anything; that the command prints a key is seen before it is stored.
Result<void> store_command(const SigninOptions& options, const Account& account, Context& context) {
  const Provider* provider = TRY(context.find_provider(account.provider));
  TRY(check_usable(*provider));
  const Account stored{provider->id, account.name};
  TRY(context.vault().check_place(stored, options.on_existing));
  static_cast<void>(TRY(
      key_of_command(options.command, stored.described(), context.environment(), context.stop())));
  TRY(context.vault().put_command(stored, options.command, options.on_existing, context.stop()));
  context.io().print(fmt::format("The key of {} as {} is what {} prints.",
                                 provider_title(provider, provider->id), stored.name,
                                 printable(options.command.front())));
  return {};
}

Result<void> run_signin(const SigninOptions& options, Context& context, CredentialResult& result) {
  if (options.list) return list_accounts(options.provider, context, result);
  if (options.provider) context.means_providers({*options.provider});
  const std::string name = options.account.value_or("default");
  if (options.accept_move) {
    result.provider = options.provider.value_or("");
    return accept_move({result.provider, name}, context);
  }
  TRY(check_name(name, options, context));
  if (!options.command.empty()) {
    result.provider = options.provider.value_or("");
    return store_command(options, {result.provider, name}, context);
  }
  if (TRY(is_discovered(options, context))) {
    result.provider = options.provider.value_or("");
    return sign_in_at_address(options, name, context);
  }
  std::optional<LoginChoice> named;
  if (options.provider) named = TRY(choose_named(*options.provider, options, context));
  // What a server gives for a person's consent, it gives once: whatever would keep it out of the
  // vault is said before either is asked.
  TRY(context.vault().prove_writable(context.stop()));
  const LoginChoice choice = named ? *named : TRY(choose_from_menu(options.method, context));
  const Provider& provider = *choice.provider;
  const Method& method = *choice.method;
  result.provider = provider.id;
  if (!named) {
    SigninOptions chosen = options;
    chosen.provider = provider.id;
    chosen.method = method.name;
    if (TRY(is_discovered(chosen, context))) return sign_in_at_address(chosen, name, context);
  }
  const Account account{provider.id, name};
  TRY(context.vault().check_place(account, options.on_existing));
  const SignedIn signed_in = TRY(sign_in({.provider = provider,
                                          .method = method,
                                          .account = name,
                                          .answers = options.answers,
                                          .open_browser = options.open_browser,
                                          .show_qr = options.show_qr},
                                         context.session()));
  const bool by_browser = method.kind == AuthKind::oauth;
  TRY(by_browser ? context.vault().put_oauth(account, signed_in.credentials, options.on_existing,
                                             context.stop())
                 : context.vault().put_api_key(account, signed_in.key, options.on_existing,
                                               context.stop(), signed_in.credentials.members));
  context.io().print(fmt::format("Signed in at {} as {}{}{}.",
                                 provider_title(&provider, provider.id), name, way_of(method),
                                 place_to_name(context)));
  return {};
}

constexpr std::string_view oauth = "oauth";
constexpr std::string_view api_key = "api-key";

}  // namespace

void declare(CommandOptions& command, SigninOptions& options) {
  struct Raw {
    std::optional<std::string> method;
    std::optional<std::string> scope;
    std::optional<std::string> allowed_issuer;
    bool oauth = false;
    bool api_key = false;
    bool no_browser = false;
    bool no_qr = false;
    bool replace = false;
    bool command = false;
    std::vector<std::string> answers;
  };
  const auto raw = std::make_shared<Raw>();
  command.provider(options.provider);
  command.value("--account", "NAME", options.account, "the account's name here (default)");
  command.value("--method", "METHOD", raw->method,
                "oauth (in the browser), api-key, or a method's own name");
  command.flag("--oauth", raw->oauth, "the same as --method oauth");
  command.flag("--api-key,--apikey", raw->api_key, "the same as --method api-key");
  command.values("--set", "NAME=VALUE", raw->answers,
                 "answer a question of the provider beforehand");
  command.flag("--command", raw->command,
               "keep no key: run the command behind -- for it each time");
  command.program(options.command, "--command");
  command.flag("--replace", raw->replace, "replace an account that is already there");
  command.value("--scope", "SCOPE", raw->scope,
                "at an address: ask for this besides what the account has");
  command.value("--allow-issuer", "ISSUER", raw->allowed_issuer,
                "at an address: its server may call itself so");
  command.flag("--new-client", options.new_client,
               "at an address: register again, its server has forgotten who pindus is");
  command.flag("--accept-move", options.accept_move,
               "sign in nowhere: the server is the same under a new address");
  command.flag("--no-browser", raw->no_browser, "only print the address, open no browser");
  command.flag("--no-qr", raw->no_qr, "draw no QR code");
  command.flag("--list,--ls", options.list, "only show what is stored");
  command.check([raw, &options]() -> std::optional<std::string> {
    std::vector<std::string_view> asked;
    if (raw->method) {
      const bool is_other_spelling = *raw->method == "apikey";
      asked.push_back(is_other_spelling ? api_key : std::string_view(*raw->method));
      if (!is_method_name(asked.back())) return "--method takes the name of a method";
    }
    if (raw->oauth) asked.push_back(oauth);
    if (raw->api_key) asked.push_back(api_key);
    if (!asked.empty()) options.method = asked.front();
    if (std::ranges::any_of(asked, [&](auto name) { return name != asked.front(); })) {
      return "two methods are asked for";
    }
    for (const std::string& answer : raw->answers) {
      const auto equals = answer.find('=');
      if (equals == std::string::npos || equals == 0) return "--set takes NAME=VALUE";
      if (!options.answers.emplace(answer.substr(0, equals), answer.substr(equals + 1)).second) {
        return "--set answers a question twice";
      }
    }
    if (raw->command) {
      if (options.command.empty()) return "--command needs a command behind --";
      if (!options.provider) return "--command needs a provider";
      if (!asked.empty() || options.accept_move) return "--command is a way to sign in of its own";
    }
    if (options.accept_move) {
      if (!options.provider) return "--accept-move needs a provider";
      if (raw->replace) return "--replace signs in anew, --accept-move keeps the sign-in";
    }
    if (raw->scope && !discovery::is_scope(*raw->scope)) {
      return "--scope takes names with single blanks between";
    }
    if ((raw->scope || raw->allowed_issuer || options.new_client) && !options.provider) {
      return "--scope, --allow-issuer and --new-client need an address";
    }
    options.scope = raw->scope.value_or("");
    options.allowed_issuer = raw->allowed_issuer.value_or("");
    options.open_browser = !raw->no_browser;
    options.show_qr = !raw->no_qr;
    if (raw->replace) options.on_existing = OnExisting::replace;
    return std::nullopt;
  });
}

CommandBody declare_signin(CommandOptions& command) {
  const auto options = std::make_shared<SigninOptions>();
  declare(command, *options);
  return [options](Context& context, CredentialResult& result) {
    return run_signin(*options, context, result);
  };
}

}  // namespace pindus
