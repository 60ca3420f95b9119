#include "core/command/credential_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "core/command/command_run.hpp"

namespace pindus {
namespace {

// Each command by its own arguments.
struct Dispatch {
  CommandRun& run;

  Result<void> operator()(const HelpCommand& command) const {
    run.context.io->print(command.text);
    return {};
  }
  Result<void> operator()(const SigninCommand& command) const { return run_signin(command, run); }
  Result<void> operator()(const SignoutCommand& command) const { return run_signout(command, run); }
  Result<void> operator()(const AuthKeyCommand& command) const {
    return run_auth_key(command, run);
  }
  Result<void> operator()(const AuthStatusCommand& command) const {
    return run_auth_status(command, run);
  }
  Result<void> operator()(const PluginListCommand& command) const {
    return run_plugin_list(command, run);
  }
  Result<void> operator()(const PluginShowCommand& command) const {
    return run_plugin_show(command, run);
  }
  Result<void> operator()(const PluginToolCommand& command) const {
    return fail(FaultKind::usage, fmt::format("plugin {} isn't done here", command.args.front()),
                "Run pindus itself");
  }
};

}  // namespace

int CredentialResult::exit_code() const noexcept {
  if (!fault) return 0;
  return fault->kind == FaultKind::usage ? 2 : 1;
}

CredentialResult run_credential_command(std::span<const std::string> args,
                                        const CommandContext& context, std::stop_token stop) {
  CredentialResult result;
  ParsedLine parsed = parse_command_line(args, context.program);
  result.handled = parsed.handled;
  result.verb = std::move(parsed.verb);
  if (!result.handled) return result;
  if (!parsed.line) {
    result.fault = std::move(parsed.line).error();
    return result;
  }
  CommandRun run{context, parsed.line->plugin_path, std::move(stop), {}};
  if (const auto done = std::visit(Dispatch{run}, parsed.line->command); !done) {
    result.fault = done.error();
  }
  result.provider = std::move(run.provider);
  return result;
}

const ProviderDirectory& CommandRun::directory() {
  if (loaded == nullptr) {
    loaded = &context.directory(plugin_path);
    for (const DirectoryWarning& warning : loaded->warnings()) {
      context.io->notice(
          format_credential_fault({FaultKind::vault, "Warning", warning.message, warning.hint}));
    }
  }
  return *loaded;
}

Result<const Provider*> CommandRun::find_provider(std::string_view id) {
  if (const Provider* found = directory().find_provider(id)) return found;
  const auto near = directory().near_names(id);
  return fail(FaultKind::unknown_provider,
              fmt::format("no manifest describes \"{}\"", printable(id, 80)),
              near.empty() ? fmt::format("{} plugin list shows all of them", context.program)
                           : fmt::format("Did you mean {}?", fmt::join(near, " or ")));
}

std::string provider_title(const Provider* provider, std::string_view id) {
  if (provider == nullptr) return printable(id);
  return fmt::format("{} ({})", printable(provider->label), provider->id);
}

}  // namespace pindus
