#include <fmt/format.h>

#include <memory>

#include "core/base/programs.hpp"
#include "core/base/text.hpp"
#include "core/command/broker_options.hpp"
#include "core/command/commands.hpp"
#include "core/command/key_environment.hpp"

namespace pindus {
namespace {

struct AuthExecOptions {
  std::vector<std::string> names;
  std::optional<std::string> env_file;
  std::vector<std::string> command;
  BrokerOptions broker;
};

Result<void> run_auth_exec(const AuthExecOptions& options, Context& context,
                           CredentialResult& result) {
  const std::string& name = options.command.front();
  auto program = find_program(name, context.environment());
  if (!program) {
    std::error_code error;
    if (name.contains('/') && std::filesystem::exists(name, error)) {
      return fail(FaultKind::not_executable,
                  fmt::format("{} is no program that can be executed", printable(name)),
                  fmt::format("ls -l {}", shell_word(name)));
    }
    return fail(FaultKind::no_program,
                name.contains('/') ? fmt::format("{} isn't there", printable(name))
                                   : fmt::format("no program named {} is on PATH", printable(name)),
                "install it, or give its path");
  }
  KeyEnvironmentRequest request{
      .names = options.names, .command = name, .env_file = options.env_file};
  std::optional<BrokerAddress> broker;
  if (options.broker.broker) {
    broker = TRY(make_broker_address(options.broker));
    request.broker = broker->host;
    request.token = broker->token.view();
  }
  KeyEnvironment keys = TRY(key_environment(context, request));
  std::vector<std::string> args = std::move(keys.args);
  args.insert(args.end(), options.command.begin() + 1, options.command.end());
  result.next = NextProgram{.path = *std::move(program),
                            .args = std::move(args),
                            .otherwise = credential_fault(FaultKind::not_executable, ""),
                            .name = name,
                            .set = std::move(keys.set),
                            .remove = std::move(keys.remove)};
  if (broker) {
    result.next->before = TRY(prepare_broker(context, options.broker, *std::move(broker),
                                             std::move(keys.brokered), name));
  }
  return {};
}

}  // namespace

CommandBody declare_auth_exec(CommandOptions& command) {
  const auto options = std::make_shared<AuthExecOptions>();
  command.positionals("PROVIDER[:ACCOUNT]", options->names, "whose keys; else what COMMAND uses");
  command.value("--env-file", "FILE", options->env_file,
                "set the variables of a .env file too, pindus:// references in it resolved");
  options->broker.declare(command);
  command.program(options->command);
  command.check([options]() -> std::optional<std::string> {
    if (options->command.empty()) return "a command is needed behind --";
    if (!options->broker.broker || !options->env_file) return std::nullopt;
    return "--env-file would give the command keys, which --broker keeps from it";
  });
  return [options](Context& context, CredentialResult& result) {
    return run_auth_exec(*options, context, result);
  };
}

}  // namespace pindus
