#include "core/context.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "core/vault/file_storage.hpp"

namespace pindus {

Context::Context(ContextParts parts)
    : parts_(std::move(parts)),
      providers_([this] { return discover(); }),
      vault_([this] {
        if (parts_.storage) return Vault(parts_.storage);
        return Vault(std::make_shared<FileStorage>(parts_.profile.value_or("")));
      }),
      refresher_(providers_, [this] {
        SessionRequest request = session();
        request.io = nullptr;
        return request;
      }) {}

void Context::add_plugin_path(const std::vector<std::filesystem::path>& folders) {
  parts_.plugin_path.insert(parts_.plugin_path.end(), folders.begin(), folders.end());
}

const ProviderDirectory& Context::providers_without_warnings() {
  tells_warnings_ = false;
  return providers();
}

ProviderDirectory Context::discover() const {
  const auto read = [&] {
    if (parts_.discover) return parts_.discover();
    auto options = DirectoryOptions::beside(parts_.installation.executable,
                                            parts_.profile.value_or(""), parts_.environment);
    options.command_line_path = parts_.plugin_path;
    return ProviderDirectory::discover(options);
  };
  ProviderDirectory directory = read();
  if (parts_.io == nullptr || !tells_warnings_) return directory;
  for (const DirectoryWarning& warning : directory.warnings()) {
    parts_.io->notice(format_credential_fault(
        {FaultKind::vault, "Warning", warning.why.message, warning.why.hint}));
  }
  return directory;
}

Result<const Provider*> Context::find_provider(std::string_view id) const {
  return providers().require_provider(id);
}

SessionRequest Context::session() const {
  return {.io = parts_.io,
          .environment = &parts_.environment,
          .log = parts_.log,
          .services_module = parts_.installation.services_module,
          .services = parts_.services,
          .stop = parts_.stop};
}

}  // namespace pindus
