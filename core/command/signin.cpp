#include "core/command/signin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/base/text.hpp"
#include "core/command/commands.hpp"
#include "core/command/signin_menu.hpp"
#include "core/session/sign_in.hpp"
#include "core/vault/credential_rules.hpp"

namespace pindus {
namespace {

std::unexpected<CredentialFault> unavailable(const Method& method) {
  return std::unexpected(sign_in_fault(method.unavailable));
}

Result<LoginChoice> choose_named(std::string_view id, const SigninOptions& options,
                                 const Context& context) {
  const Provider* provider = PINDUS_TRY(context.providers().require_provider(id));
  PINDUS_CHECK(check_usable(*provider));
  if (options.method) {
    const Method* method = provider->method(*options.method);
    if (method == nullptr) {
      return fail(
          FaultKind::usage,
          fmt::format("{} has no sign-in by {}", provider->id, method_name(*options.method)),
          fmt::format("pindus signin {}", provider->id));
    }
    if (!method->available()) return unavailable(*method);
    return LoginChoice{provider, method->kind};
  }
  const auto usable = std::ranges::find_if(provider->methods, &Method::available);
  if (usable != provider->methods.end()) return LoginChoice{provider, usable->kind};
  if (!provider->methods.empty()) return unavailable(provider->methods.front());
  return std::unexpected(
      sign_in_fault(fmt::format("the manifests of {} name no way to sign in", provider->id),
                    fmt::format("pindus plugin show {}", provider->id)));
}

Result<bool> is_stored(std::string_view provider, const std::string& name, const Context& context) {
  const auto stored = PINDUS_TRY(context.vault().list_accounts(provider));
  return std::ranges::find(stored, name, &StoredAccount::name) != stored.end();
}

// The name must be one of ours, or that of an account that another program has named.
Result<void> check_name(const std::string& name, const SigninOptions& options,
                        const Context& context) {
  auto valid = validate_account_name(name);
  if (valid || !options.provider) return valid;
  if (PINDUS_TRY(is_stored(*options.provider, name, context))) return {};
  return valid;
}

Result<void> refuse_collision(const Account& account, const Context& context) {
  if (!PINDUS_TRY(is_stored(account.provider, account.name, context))) return {};
  return std::unexpected(already_stored(account));
}

Result<void> run_signin(const SigninOptions& options, Context& context, CredentialResult& result) {
  if (options.list) return list_accounts(options.provider, context, result);
  const std::string name = options.account.value_or("default");
  PINDUS_CHECK(check_name(name, options, context));
  const LoginChoice choice =
      PINDUS_TRY(options.provider ? choose_named(*options.provider, options, context)
                                  : choose_from_menu(options.method, context));
  const Provider& provider = *choice.provider;
  const Method& method = *provider.method(choice.method);
  result.provider = provider.id;
  const Account account{provider.id, name};
  if (options.on_existing == OnExisting::refuse) PINDUS_CHECK(refuse_collision(account, context));
  const SignedIn signed_in = PINDUS_TRY(sign_in({.provider = provider,
                                                 .method = method,
                                                 .account = name,
                                                 .answers = options.answers,
                                                 .open_browser = options.open_browser,
                                                 .show_qr = options.show_qr},
                                                context.session()));
  const bool by_browser = method.kind == AuthKind::oauth;
  PINDUS_CHECK(by_browser ? context.vault().put_oauth(account, signed_in.credentials,
                                                      options.on_existing, context.stop())
                          : context.vault().put_api_key(account, signed_in.key, options.on_existing,
                                                        context.stop()));
  context.io().print(fmt::format("Signed in at {} as {} by {}.",
                                 provider_title(&provider, provider.id), name,
                                 by_browser ? "browser" : "api key"));
  return {};
}

std::optional<AuthKind> method_named(std::string_view name) {
  if (name == "oauth") return AuthKind::oauth;
  if (name == "api-key" || name == "apikey") return AuthKind::api_key;
  return std::nullopt;
}

}  // namespace

void declare(CommandOptions& command, SigninOptions& options) {
  struct Raw {
    std::optional<std::string> method;
    bool oauth = false;
    bool api_key = false;
    bool no_browser = false;
    bool no_qr = false;
    bool replace = false;
    std::vector<std::string> answers;
  };
  const auto raw = std::make_shared<Raw>();
  command.provider(options.provider);
  command.value("--account", "NAME", options.account, "the account's name here (default)");
  command.value("--method", "METHOD", raw->method, "oauth (in the browser) or api-key");
  command.flag("--oauth", raw->oauth, "the same as --method oauth");
  command.flag("--api-key,--apikey", raw->api_key, "the same as --method api-key");
  command.values("--set", "NAME=VALUE", raw->answers,
                 "answer a question of the provider beforehand");
  command.flag("--replace", raw->replace, "replace an account that is already there");
  command.flag("--no-browser", raw->no_browser, "only print the address, open no browser");
  command.flag("--no-qr", raw->no_qr, "draw no QR code");
  command.flag("--list,--ls", options.list, "only show what is stored");
  command.check([raw, &options]() -> std::optional<std::string> {
    std::vector<AuthKind> asked;
    if (raw->method) {
      const auto named = method_named(*raw->method);
      if (!named) return "--method is oauth or api-key";
      asked.push_back(*named);
    }
    if (raw->oauth) asked.push_back(AuthKind::oauth);
    if (raw->api_key) asked.push_back(AuthKind::api_key);
    if (!asked.empty()) options.method = asked.front();
    if (std::ranges::any_of(asked, [&](AuthKind kind) { return kind != asked.front(); })) {
      return "two methods are asked for";
    }
    for (const std::string& answer : raw->answers) {
      const auto equals = answer.find('=');
      if (equals == std::string::npos || equals == 0) return "--set takes NAME=VALUE";
      if (!options.answers.emplace(answer.substr(0, equals), answer.substr(equals + 1)).second) {
        return "--set answers a question twice";
      }
    }
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
