#include <memory>

#include "core/broker/control.hpp"
#include "core/command/broker_options.hpp"
#include "core/command/commands.hpp"
#include "core/command/print_environment.hpp"

namespace pindus {
namespace {

struct AuthGrantOptions {
  std::vector<std::string> names;
  PolicyOptions policy;
  PrintedAs printed;
};

Result<void> run_auth_grant(const AuthGrantOptions& options, Context& context, CredentialResult&) {
  TRY(options.printed.check(context));
  const std::filesystem::path profile = TRY(context.profile());
  broker::ServedAt place = TRY(broker::served_at(profile));
  Secret token = broker::make_token();
  KeyEnvironment keys = TRY(key_environment(
      context,
      {.names = options.names, .broker = place.host, .token = token.view(), .is_elsewhere = true}));
  broker::BrokerPlan plan =
      TRY(make_plan(context, options.policy, std::move(keys.brokered), {.command = "auth grant"}));
  plan.token = std::move(token);
  plan.host = std::move(place.host);
  if (!place.socket.empty()) {
    keys.set.emplace_back("PINDUS_BROKER_SOCKET", Secret(place.socket.string()));
  }
  TRY(broker::grant(profile, plan));
  return options.printed.print(keys, context);
}

}  // namespace

CommandBody declare_auth_grant(CommandOptions& command) {
  const auto options = std::make_shared<AuthGrantOptions>();
  command.positionals("PROVIDER[:ACCOUNT]", options->names,
                      "whose requests; else of every provider with an account");
  options->policy.declare(command);
  options->printed.declare(command);
  return [options](Context& context, CredentialResult& result) {
    return run_auth_grant(*options, context, result);
  };
}

}  // namespace pindus
