#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include <pindus/plugin.h>

#include "core/command/command_run.hpp"
#include "core/keys/plugin_refresher.hpp"
#include "core/session/run_method.hpp"
#include "core/vault/credential_rules.hpp"

namespace pindus {
namespace {

std::string_view kind_of_sign_in(AuthKind kind) {
  return kind == AuthKind::oauth ? "browser sign-in" : "api key";
}

// The whole of `text` as a number from 1 to `last`, else 0.
std::size_t number_in(std::string_view text, std::size_t last) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > last) return 0;
  return number;
}

Result<LoginChoice> choose_from_menu(const SigninCommand& command, CommandRun& run) {
  CredentialIo& io = *run.context.io;
  auto choices = list_login_providers(run.directory());
  if (command.method) {
    std::erase_if(choices, [&](const LoginChoice& c) { return c.method != *command.method; });
  }
  if (choices.empty()) {
    return fail(FaultKind::unknown_provider, "no provider can be signed in at here",
                fmt::format("{} plugin list shows why", run.context.program));
  }
  io.notice("Sign in at");
  for (std::size_t i = 0; i < choices.size(); ++i) {
    io.notice(fmt::format("{:>4}  {}, {}", i + 1,
                          provider_title(choices[i].provider, choices[i].provider->id),
                          kind_of_sign_in(choices[i].method)));
  }
  for (;;) {
    const Secret answer = PINDUS_TRY(io.ask("Number, or q to give up", run.stop));
    if (answer.empty() || answer.view() == "q") {
      return fail(FaultKind::aborted, "no provider was chosen",
                  fmt::format("{} signin PROVIDER needs no menu", run.context.program));
    }
    if (const auto number = number_in(answer.view(), choices.size())) return choices[number - 1];
    io.notice(fmt::format("There are the numbers 1 to {}", choices.size()));
  }
}

CredentialFault unavailable(const Method& method) {
  return sign_in_fault(method.unavailable, method.unavailable_hint);
}

Result<LoginChoice> choose_named(std::string_view id, const SigninCommand& command,
                                 CommandRun& run) {
  const Provider* provider = PINDUS_TRY(run.find_provider(id));
  if (!provider->enabled) {
    return std::unexpected(
        CredentialFault{FaultKind::unknown_provider, "Provider is disabled",
                        fmt::format("a manifest takes {} out of use", provider->id),
                        fmt::format("{} plugin show {} names the file that sets \"enabled\": false",
                                    run.context.program, provider->id)});
  }
  if (command.method) {
    const Method* method = provider->method(*command.method);
    if (method == nullptr) {
      return fail(
          FaultKind::usage,
          fmt::format("{} has no sign-in by {}", provider->id, method_name(*command.method)),
          fmt::format("{} signin {}", run.context.program, provider->id));
    }
    if (!method->available()) return std::unexpected(unavailable(*method));
    return LoginChoice{provider, method->kind};
  }
  const auto usable = std::ranges::find_if(provider->methods, &Method::available);
  if (usable != provider->methods.end()) return LoginChoice{provider, usable->kind};
  if (!provider->methods.empty()) return std::unexpected(unavailable(provider->methods.front()));
  return std::unexpected(
      sign_in_fault(fmt::format("the manifests of {} name no way to sign in", provider->id),
                    fmt::format("{} plugin show {}", run.context.program, provider->id)));
}

Result<void> refuse_collision(const Provider& provider, const std::string& account,
                              CommandRun& run) {
  const auto accounts = PINDUS_TRY(run.context.vault->list_accounts(provider.id));
  if (std::ranges::find(accounts, account, &StoredAccount::name) == accounts.end()) return {};
  return fail(FaultKind::name_collision,
              fmt::format("{} already has an account named {}", provider.id, account),
              fmt::format("{0} signin {1} --account {2} --replace, or first {0} signout {1} "
                          "--account {2}",
                          run.context.program, provider.id, account));
}

// What both ways to sign in work with.
struct SignIn {
  const SigninCommand& command;
  CommandRun& run;
  const Provider& provider;
  const Method& method;
  const std::string& account;
  Answers answers;
};

Result<void> sign_in_with_api_key(const SignIn& sign_in) {
  const CommandContext& context = sign_in.run.context;
  const SessionOutcome outcome = run_method({.operation = Operation::sign_in,
                                             .provider = &sign_in.provider,
                                             .method = &sign_in.method,
                                             .account = sign_in.account,
                                             .answers = sign_in.answers,
                                             .io = context.io,
                                             .open_browser = sign_in.command.open_browser,
                                             .show_qr = sign_in.command.show_qr,
                                             .environment = context.environment,
                                             .services_module = context.services_module,
                                             .stop = sign_in.run.stop});
  if (outcome.code != PINDUS_OK) return std::unexpected(sign_in_fault(outcome));
  // Whatever the plugin took for a key.
  PINDUS_CHECK(validate_api_key(outcome.key.view()));
  return context.vault->put_api_key(sign_in.provider.id, sign_in.account, outcome.key,
                                    sign_in.command.on_existing, sign_in.run.stop);
}

Result<void> sign_in_with_oauth(const SignIn& sign_in) {
  const CommandContext& context = sign_in.run.context;
  const OAuthContext oauth{.directory = &sign_in.run.directory(),
                           .environment = context.environment,
                           .services_module = context.services_module};
  const OAuthCredentials credentials =
      PINDUS_TRY(start_oauth_login(oauth,
                                   {.provider = sign_in.provider.id,
                                    .account = sign_in.account,
                                    .answers = sign_in.answers,
                                    .io = context.io,
                                    .open_browser = sign_in.command.open_browser,
                                    .show_qr = sign_in.command.show_qr},
                                   sign_in.run.stop));
  return context.vault->put_oauth(sign_in.provider.id, sign_in.account, credentials,
                                  sign_in.command.on_existing, sign_in.run.stop);
}

}  // namespace

Result<void> run_signin(const SigninCommand& command, CommandRun& run) {
  if (command.list) return list_accounts(command, run);
  const std::string account = command.account.value_or("default");
  PINDUS_CHECK(validate_account_name(account));
  const LoginChoice choice =
      PINDUS_TRY(command.provider ? choose_named(*command.provider, command, run)
                                  : choose_from_menu(command, run));
  const Provider& provider = *choice.provider;
  const Method& method = *provider.method(choice.method);
  run.provider = provider.id;
  if (command.on_existing == OnExisting::refuse) {
    PINDUS_CHECK(refuse_collision(provider, account, run));
  }
  const SignIn sign_in{
      command,  run,
      provider, method,
      account,  PINDUS_TRY(complete_answers(method, command.answers, run.context.io, run.stop))};
  PINDUS_CHECK(method.kind == AuthKind::oauth ? sign_in_with_oauth(sign_in)
                                              : sign_in_with_api_key(sign_in));
  run.context.io->print(fmt::format("Signed in at {} as {} by {}.",
                                    provider_title(&provider, provider.id), account,
                                    method.kind == AuthKind::oauth ? "browser" : "api key"));
  return {};
}

}  // namespace pindus
