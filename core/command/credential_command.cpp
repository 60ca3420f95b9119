#include "core/command/credential_command.hpp"

#include <fmt/format.h>

#include "core/base/epoch_time.hpp"
#include "core/base/provider_id.hpp"
#include "core/command/command_line.hpp"

namespace pindus {

namespace {

// Programs run `auth key` many times a minute, so that others can read the vault is left to the
// commands that a person runs.
void tell_notes(std::string_view verb, const Context& context) {
  for (const VaultNote& note : context.vault().storage().take_notes()) {
    const bool is_of_programs = verb == "auth key" || verb == "auth headers";
    if (note.topic == VaultNote::Topic::openness && is_of_programs) continue;
    context.io().notice(note.text);
  }
}

}  // namespace

int CredentialResult::exit_code() const noexcept {
  return fault ? exit_code_of(*fault) : 0;
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
  context.tell_rest(result.fault ? &*result.fault : nullptr);
  tell_notes(result.verb, context);
  return result;
}

namespace {

std::string duration(std::int64_t milliseconds) {
  const std::int64_t seconds = milliseconds / 1000;
  const std::int64_t minutes = seconds / 60;
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (minutes < 60) return fmt::format("{} min", minutes);
  if (minutes < 48 * 60) return fmt::format("{} h {} min", minutes / 60, minutes % 60);
  return fmt::format("{} days", minutes / (24 * 60));
}

bool consists_of_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == text.npos;
}

}  // namespace

std::string time_until(std::int64_t moment_ms) {
  return duration(moment_ms - now_ms());
}

std::string time_since(std::int64_t moment_ms) {
  return duration(now_ms() - moment_ms);
}

NamedKey parse_named_key(std::string_view argument) {
  const auto colon = argument.rfind(':');
  const std::string_view name =
      colon == argument.npos ? std::string_view() : argument.substr(colon + 1);
  // An address, as some providers' ids are, may hold one of its own: behind its scheme, or before
  // its port.
  const bool is_own = begins_as_address(argument) && colon < size_without_case(argument) &&
                      consists_of_digits(name);
  if (name.empty() || name.contains('/') || is_own) return {std::string(argument), std::nullopt};
  return {std::string(argument.substr(0, colon)), std::string(name)};
}

Result<void> require_account(const Context& context, const Account& account) {
  const VaultDocument vault = TRY(context.vault().storage().read(context.stop()));
  TRY(vault.require_record(account));
  return {};
}

std::string provider_title(const Provider* provider, std::string_view id) {
  if (provider == nullptr) return printable(id);
  return fmt::format("{} ({})", printable(provider->label), provider->id);
}

}  // namespace pindus
