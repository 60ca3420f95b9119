#include <fmt/format.h>

#include <algorithm>

#include "core/command/command_run.hpp"

namespace pindus {
namespace {

std::string_view kind_name(const std::optional<AuthKind>& kind) {
  if (!kind) return "unknown";
  return *kind == AuthKind::oauth ? "browser" : "api key";
}

}  // namespace

Result<void> list_accounts(const SigninCommand& command, CommandRun& run) {
  CredentialIo& io = *run.context.io;
  auto stored = PINDUS_TRY(run.context.vault->list_providers());
  if (command.provider) {
    run.provider = *command.provider;
    std::erase_if(stored, [&](const auto& p) { return !same_provider(p.id, *command.provider); });
  }
  io.print("Saved accounts:");
  if (stored.empty()) io.print("  (none)");
  for (const StoredProvider& provider : stored) {
    io.print(fmt::format("  {}:",
                         provider_title(run.directory().find_provider(provider.id), provider.id)));
    for (const StoredAccount& account : provider.accounts) {
      io.print(fmt::format("    - {}{} [{}]", printable(account.name),
                           account.is_default ? " (default)" : "", kind_name(account.kind)));
    }
  }
  return {};
}

}  // namespace pindus
