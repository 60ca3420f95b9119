#include "core/context.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/vault/file_storage.hpp"

namespace pindus {

std::filesystem::path working_directory_of_process() {
  std::error_code error;
  auto directory = std::filesystem::current_path(error);
  return error ? std::filesystem::path() : directory;
}

Context::Context(ContextParts parts)
    : parts_(std::move(parts)),
      rules_(parts_.profile.value_or("")),
      providers_([this] { return discover(); }),
      clients_([this] { return discover_clients(); }),
      vault_([this] {
        if (parts_.storage) return Vault(parts_.storage);
        return Vault(std::make_shared<FileStorage>(parts_.profile.value_or(""), parts_.say));
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

DirectoryOptions Context::directory_options() const {
  auto options = DirectoryOptions::beside(parts_.installation.executable,
                                          parts_.profile.value_or(""), parts_.environment);
  options.command_line_path = parts_.plugin_path;
  return options;
}

void Context::tell(std::span<const DirectoryWarning> warnings) const {
  if (parts_.io == nullptr || !tells_warnings_) return;
  for (const DirectoryWarning& warning : warnings) {
    parts_.io->notice(format_credential_fault(
        {FaultKind::vault, "Warning", warning.why.message, warning.why.hint}));
  }
}

ProviderDirectory Context::discover() const {
  DirectoryOptions options = directory_options();
  options.about = providers_meant_;
  ProviderDirectory directory =
      parts_.discover ? parts_.discover() : ProviderDirectory::discover(options);
  const auto is_known = [&](const std::string& id) {
    return directory.find_provider(id) != nullptr || directory.refusals().find(id) != nullptr;
  };
  // Of all that there is come the names that were perhaps meant.
  if (!parts_.discover && !std::ranges::all_of(options.about, is_known)) {
    options.about.clear();
    directory = ProviderDirectory::discover(options);
  }
  // Whoever asks a refused provider for something gets that for a fault.
  const auto concerns_meant = [&](const DirectoryWarning& warning) {
    return std::ranges::any_of(providers_meant_, [&](const std::string& id) {
      const Reason* refused = directory.refusals().find(id);
      return refused != nullptr && refused->message == warning.why.message;
    });
  };
  for (const DirectoryWarning& warning : directory.warnings()) {
    concerns_meant(warning) ? kept_back_.push_back(warning) : tell({&warning, 1});
  }
  return directory;
}

void Context::tell_rest(const CredentialFault* fault) {
  std::erase_if(kept_back_, [&](const DirectoryWarning& warning) {
    return fault != nullptr && fault->message.contains(warning.why.message);
  });
  tell(std::exchange(kept_back_, {}));
}

std::optional<Client> Context::find_client(const std::string& command) const {
  const ClientDirectory directory =
      parts_.discover_clients ? parts_.discover_clients()
                              : ClientDirectory::discover_for(command, directory_options());
  tell(directory.warnings());
  const Client* client = directory.find_by_command(command);
  return client == nullptr ? std::nullopt : std::optional(*client);
}

ClientDirectory Context::discover_clients() const {
  ClientDirectory directory = parts_.discover_clients
                                  ? parts_.discover_clients()
                                  : ClientDirectory::discover(directory_options());
  tell(directory.warnings());
  return directory;
}

Result<const Provider*> Context::find_provider(std::string_view id) const {
  return providers().require_provider(id);
}

SessionRequest Context::session() const {
  return {.io = parts_.io,
          .environment = &parts_.environment,
          .say = parts_.say,
          .services_module = parts_.installation.services_module,
          .services = parts_.services,
          .stop = parts_.stop};
}

}  // namespace pindus
