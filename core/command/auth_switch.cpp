#include <fmt/format.h>

#include <memory>

#include "core/command/commands.hpp"

namespace pindus {
namespace {

Result<void> run_auth_switch(const Account& account, Context& context, CredentialResult& result) {
  result.provider = account.provider;
  TRY(require_account(context, account));
  TRY(context.vault().set_default(account, context.stop()));
  context.io().print(fmt::format("{} is used as {} where nothing else is said.",
                                 printable(account.provider), printable(account.name)));
  const AccountChoice here = TRY(choose_account(context.key_parts(), account.provider));
  if (here.account && *here.account != account.name) {
    context.io().notice(fmt::format("here {} says {}", here.described(), printable(*here.account)));
  }
  return {};
}

}  // namespace

CommandBody declare_auth_switch(CommandOptions& command) {
  const auto account = std::make_shared<Account>();
  command.required("PROVIDER", account->provider, "the provider's id, such as openai");
  command.required("ACCOUNT", account->name, "the account that is to be the default");
  return [account](Context& context, CredentialResult& result) {
    return run_auth_switch(*account, context, result);
  };
}

}  // namespace pindus
