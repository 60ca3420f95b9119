#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/command/commands.hpp"

namespace pindus {
namespace {

std::string_view kind_name(const std::optional<AuthKind>& kind) {
  if (!kind) return "unknown";
  return *kind == AuthKind::oauth ? "browser" : "api key";
}

}  // namespace

Result<void> list_accounts(const std::optional<std::string>& only, Context& context,
                           CredentialResult& result) {
  CredentialIo& io = context.io();
  auto stored = PINDUS_TRY(context.vault().list_providers());
  if (only) {
    result.provider = *only;
    std::erase_if(stored, [&](const auto& p) { return !equal_ignoring_case(p.id, *only); });
  }
  io.print("Saved accounts:");
  if (stored.empty()) io.print("  (none)");
  for (const StoredProvider& provider : stored) {
    const Provider* known = context.providers().find_provider(provider.id);
    io.print(fmt::format("  {}:", provider_title(known, provider.id)));
    for (const StoredAccount& account : provider.accounts) {
      io.print(fmt::format("    - {}{} [{}]", printable(account.name),
                           account.is_default ? " (default)" : "", kind_name(account.kind)));
    }
  }
  return {};
}

}  // namespace pindus
