#include "core/command/credential_command.hpp"

#include <fmt/format.h>

#include "core/command/command_line.hpp"

namespace pindus {

int CredentialResult::exit_code() const noexcept {
  if (!fault) return 0;
  return fault->kind == FaultKind::usage ? 2 : 1;
}

CredentialResult run_credential_command(std::span<const std::string> args, Context& context) {
  return run_command_line(parse_command_line(args), context);
}

CredentialResult run_command_line(const ParsedLine& parsed, Context& context) {
  CredentialResult result;
  result.handled = parsed.handled;
  result.verb = parsed.verb;
  if (!parsed.handled) return result;
  const auto run = [&]() -> Result<void> {
    if (!parsed.line) return std::unexpected(parsed.line.error());
    const CommandLine& line = *parsed.line;
    if (!line.help.empty()) {
      context.io().print(line.help);
      return {};
    }
    if (line.needs_profile && !context.profile()) return std::unexpected(context.profile().error());
    context.add_plugin_path(line.plugin_path);
    return line.body(context, result);
  };
  if (auto done = run(); !done) result.fault = std::move(done).error();
  return result;
}

std::string provider_title(const Provider* provider, std::string_view id) {
  if (provider == nullptr) return printable(id);
  return fmt::format("{} ({})", printable(provider->label), provider->id);
}

}  // namespace pindus
