#include "host/cli/program.hpp"

#include <fmt/format.h>
#include <string.h>

#include <array>

#include "core/base/platform.hpp"
#include "host/cli/agent.hpp"
#include "host/cli/descriptors.hpp"
#include "host/cli/process_end.hpp"
#include "host/cli/profile.hpp"
#include "host/cli/signals.hpp"
#include "host/cli/terminal.hpp"

namespace pindus {
namespace {

int told(const CredentialFault& fault) {
  static_cast<void>(write_line(2, format_credential_fault(fault)));
  return exit_code_of(fault);
}

// What was to be written and could not be.
int told_of_output(Terminal& terminal, int code) {
  const int error = terminal.output_error();
  if (error == 0) return code;
  terminal.notice(
      fmt::format("Output error: can't write to standard output: {}", ::strerror(error)));
  return code == 0 ? 1 : code;
}

}  // namespace

int Program::run(std::vector<std::string> args) {
  const ParsedLine parsed = parse_command_line(args);
  return parsed.handled ? run_command(parsed) : run_agent(std::move(args));
}

int Program::run_command(const ParsedLine& parsed) {
  std::optional<NextProgram> next;
  {
    // In this order: a signal that comes while all of it ends finds the terminal as it was.
    OwnOutput output;
    const platform::NoCoreDump no_core_dump;
    const HeldSignals held;
    Terminal terminal(environment_, output.descriptor());
    const Signals signals(held, {.before_stop = [&] { terminal.suspend(); },
                                 .after_continue = [&] { terminal.resume(); }});
    const WorkUnderWay work([&] { terminal.suspend(); });
    Context context({.environment = environment_,
                     .installation = installation_,
                     .profile = profile_directory(),
                     .io = &terminal,
                     .say = [&](std::string_view line) { terminal.notice(line); },
                     .stop = signals.token()});
    CredentialResult result = run_command_line(parsed, context);
    if (result.fault) terminal.notice(format_credential_fault(*result.fault));
    const int code = told_of_output(terminal, result.exit_code());
    if (signals.exit_code() != 0) return signals.exit_code();
    if (code != 0 || !result.next) return code;
    next = std::move(result.next);
    output.give_back();
  }
  return told(become(*std::move(next)));
}

int Program::run_agent(std::vector<std::string> args) {
  const bool passed_on = !args.empty() && args.front() == "--";
  if (passed_on) {
    args.erase(args.begin());
  } else if (const auto fault = misspelled(args)) {
    return told(*fault);
  }
  const bool nothing_said = args.empty() && !passed_on;
  auto agent = find_agent(environment_, std::array{installation_.executable, installation_.front},
                          std::move(args));
  if (!agent) return told(agent.error());
  if (auto& found = *agent) return told(become(std::move(*found)));
  if (nothing_said) {
    static_cast<void>(run_command(parse_command_line(std::array{std::string("--help")})));
  }
  return told({FaultKind::usage, "No agent", "no program named induscode is on PATH",
               "set PINDUS_AGENT to the path of the agent"});
}

std::optional<CredentialFault> Program::misspelled(const std::vector<std::string>& args) {
  const auto is_provider = [&](const std::string& id) {
    const Context context({.environment = environment_,
                           .installation = installation_,
                           .profile = profile_directory()});
    return context.providers().find_provider(id) != nullptr;
  };
  const auto meant = meant_command(args, first_words(), is_provider);
  if (!meant) return std::nullopt;
  return credential_fault(
      FaultKind::usage,
      fmt::format("\"{}\" is no command; did you mean {}?", printable(args[0]), *meant),
      fmt::format("pindus -- {} passes it on to the agent", printable(args[0])));
}

}  // namespace pindus
