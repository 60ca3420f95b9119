#include <memory>

#include "core/command/commands.hpp"
#include "core/keys/choose_key.hpp"

namespace pindus {
namespace {

struct AuthKeyOptions {
  std::string provider;
  std::optional<std::string> account;
  std::optional<std::chrono::seconds> valid_for;
  bool json = false;
};

Result<void> run_auth_key(const AuthKeyOptions& options, Context& context,
                          CredentialResult& result) {
  result.provider = options.provider;
  context.means_providers({options.provider});
  const ChosenKey chosen =
      TRY(choose_key(context.key_parts(), {.provider = options.provider,
                                           .account = options.account,
                                           .stop = context.stop(),
                                           .demand = {.valid_for = options.valid_for}}));
  if (!chosen.key.warning.empty()) context.io().notice(chosen.key.warning);
  context.io().print(options.json ? chosen.key.json.view() : chosen.key.key.view());
  return {};
}

}  // namespace

CommandBody declare_auth_key(CommandOptions& command) {
  const auto options = std::make_shared<AuthKeyOptions>();
  command.required("PROVIDER", options->provider, "the provider's id, such as openai");
  command.value("--account", "NAME", options->account, "this account, not the default one");
  command.seconds("--valid-for", options->valid_for, "refresh a token that would end before that");
  command.flag("--json", options->json, "print the key and what belongs to it as JSON");
  return [options](Context& context, CredentialResult& result) {
    return run_auth_key(*options, context, result);
  };
}

}  // namespace pindus
