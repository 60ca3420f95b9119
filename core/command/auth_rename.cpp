#include <fmt/format.h>

#include <memory>

#include "core/command/commands.hpp"
#include "core/vault/credential_rules.hpp"

namespace pindus {
namespace {

struct AuthRenameOptions {
  Account account;
  std::string name;
};

Result<void> run_auth_rename(const AuthRenameOptions& options, Context& context,
                             CredentialResult& result) {
  const Account& account = options.account;
  result.provider = account.provider;
  TRY(validate_account_name(options.name));
  TRY(require_account(context, account));
  // First, since a rule that can't be changed would name an account that isn't there any more.
  static_cast<void>(TRY(context.project_rules().list()));
  TRY(context.vault().rename(account, options.name, context.stop()));
  const int rules =
      TRY(context.project_rules().rename(account.provider, account.name, options.name));
  context.io().print(fmt::format(
      "{} is called {} now{}.", account.described(), options.name,
      rules == 0 ? "" : fmt::format(", in {} rule{} too", rules, rules == 1 ? "" : "s")));
  return {};
}

}  // namespace

CommandBody declare_auth_rename(CommandOptions& command) {
  const auto options = std::make_shared<AuthRenameOptions>();
  command.required("PROVIDER", options->account.provider, "the provider's id, such as openai");
  command.required("ACCOUNT", options->account.name, "the account");
  command.required("NAME", options->name, "what it is to be called");
  return [options](Context& context, CredentialResult& result) {
    return run_auth_rename(*options, context, result);
  };
}

}  // namespace pindus
