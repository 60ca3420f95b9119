#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/json.hpp"
#include "core/command/command_run.hpp"

namespace pindus {
namespace {

CredentialFault no_such_key(std::string message, std::string hint) {
  return {FaultKind::not_found, "No such key", std::move(message), std::move(hint)};
}

CredentialFault nothing_anywhere(const AuthKeyCommand& command, const Provider* provider,
                                 CommandRun& run) {
  if (provider == nullptr) {
    const auto near = run.directory().near_names(command.provider);
    return no_such_key(fmt::format("nothing is stored for \"{}\", and no manifest describes it",
                                   printable(command.provider, 80)),
                       near.empty() ? fmt::format("{} plugin list", run.context.program)
                                    : fmt::format("Did you mean {}?", fmt::join(near, " or ")));
  }
  std::string message = fmt::format("nothing is stored for {}", provider->id);
  if (!provider->env.empty()) {
    message += fmt::format(", and {} is not set", fmt::join(provider->env, " or "));
  }
  return no_such_key(std::move(message),
                     fmt::format("{} signin {}", run.context.program, provider->id));
}

}  // namespace

Result<void> run_auth_key(const AuthKeyCommand& command, CommandRun& run) {
  CredentialIo& io = *run.context.io;
  run.provider = command.provider;
  // A refresh inside the vault finds its plugin in the directory that was loaded first.
  if (!run.plugin_path.empty()) static_cast<void>(run.directory());
  const auto stored =
      PINDUS_TRY(run.context.vault->read_usable_key(command.provider, command.account, run.stop));
  if (stored) {
    if (!stored->warning.empty()) io.notice(stored->warning);
    io.print(command.json ? stored->json.view() : stored->key.view());
    return {};
  }
  if (command.account) {
    return std::unexpected(
        no_such_key(fmt::format("{} has no account named \"{}\"", printable(command.provider, 80),
                                printable(*command.account, 80)),
                    fmt::format("{} signin --list shows what is stored", run.context.program)));
  }
  const Provider* provider = run.directory().find_provider(command.provider);
  if (provider != nullptr) {
    for (const std::string& name : provider->env) {
      const auto value = run.context.environment->get_nonblank(name);
      if (!value) continue;
      const Secret key(*value);
      const Secret json(fmt::format("{{\"key\":{}}}", json_quote(key.view())));
      io.print(command.json ? json.view() : key.view());
      return {};
    }
  }
  return std::unexpected(nothing_anywhere(command, provider, run));
}

}  // namespace pindus
