#include <fmt/format.h>

#include <algorithm>

#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"
#include "core/command/commands.hpp"

namespace pindus {
namespace {

// In the words of the menu, where a manifest has some for the method.
std::string way_of(const StoredAccount& account, const Provider* provider) {
  if (!account.kind) return "unknown";
  if (!account.command.empty()) return "command";
  const Method* method =
      provider == nullptr ? nullptr : provider->noted_method(*account.kind, account.method);
  if (method != nullptr && !method->label.empty()) return printable(method->label);
  if (!account.method.empty()) return printable(account.method, 40);
  return *account.kind == AuthKind::oauth ? "browser" : "api key";
}

}  // namespace

Result<void> list_accounts(const std::optional<std::string>& only, Context& context,
                           CredentialResult& result) {
  CredentialIo& io = context.io();
  auto stored = TRY(context.vault().list_providers());
  if (only) {
    result.provider = *only;
    std::erase_if(stored, [&](const auto& p) { return !same_provider(p.id, *only); });
  }
  io.print("Saved accounts:");
  if (stored.empty()) io.print("  (none)");
  for (const StoredProvider& provider : stored) {
    const Provider* known = context.providers().find_provider(provider.id);
    io.print(fmt::format("  {}:", provider_title(known, provider.id)));
    for (const StoredAccount& account : provider.accounts) {
      io.print(fmt::format("    - {}{} [{}]", printable(account.name),
                           account.is_default ? " (default)" : "", way_of(account, known)));
    }
  }
  return {};
}

}  // namespace pindus
