#include <memory>

#include "core/command/commands.hpp"
#include "core/command/print_environment.hpp"

namespace pindus {
namespace {

struct AuthEnvOptions {
  std::vector<std::string> names;
  PrintedAs printed;
};

Result<void> run_auth_env(const AuthEnvOptions& options, Context& context, CredentialResult&) {
  TRY(options.printed.check(context));
  const KeyEnvironment keys = TRY(key_environment(context, {.names = options.names}));
  return options.printed.print(keys, context);
}

}  // namespace

CommandBody declare_auth_env(CommandOptions& command) {
  const auto options = std::make_shared<AuthEnvOptions>();
  command.positionals("PROVIDER[:ACCOUNT]", options->names,
                      "whose keys; else of every provider with an account");
  options->printed.declare(command);
  return [options](Context& context, CredentialResult& result) {
    return run_auth_env(*options, context, result);
  };
}

}  // namespace pindus
