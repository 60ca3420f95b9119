#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/environment.hpp"
#include "core/base/installation.hpp"
#include "core/base/lazy.hpp"
#include "core/clients/clients.hpp"
#include "core/keys/choose_key.hpp"
#include "core/keys/plugin_refresher.hpp"
#include "core/providers/providers.hpp"
#include "core/session/run_method.hpp"
#include "core/vault/vault.hpp"

namespace pindus {

/// The folder where this process works, without links; empty where it is gone.
[[nodiscard]] std::filesystem::path working_directory_of_process();

/// What a Context is made of: of the real parts in the program, of stand-ins in tests and in
/// programs that embed us. What is a pointer is borrowed.
struct ContextParts {
  Environment environment = Environment::of_process();
  Installation installation = {};
  /// The directory of `auth.json` and of the user's plugins, or why nobody knows which it is.
  Result<std::filesystem::path> profile = std::filesystem::path();
  /// For the rules that say which account is meant where; without links.
  std::filesystem::path working_directory = working_directory_of_process();
  std::vector<std::filesystem::path> plugin_path = {};  ///< --plugin-path, the earlier wins
  CredentialIo* io = nullptr;                           ///< null: nobody is there
  /// Gets lines for the person that ask nothing: why a wait or a stop takes long, and what plugins
  /// log in a refresh where PINDUS_LOG is set. On the thread that works.
  std::function<void(std::string_view line)> say = {};
  std::stop_token stop = {};

  // In the place of what the above would lead to.
  std::shared_ptr<VaultStorage> storage = {};        ///< of the profile's auth.json
  std::function<ProviderDirectory()> discover = {};  ///< of the manifests on the disk
  std::function<ClientDirectory()> discover_clients = {};
  TokenRefresher* refresher = nullptr;  ///< of the providers' plugins
  Services* services = nullptr;         ///< of the services module
};

/// What commands and library functions work with. Each part is made when it is first needed, and
/// once, so that nothing is read that a command can do without. Any thread, but for `io`.
class Context {
 public:
  explicit Context(ContextParts parts);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  [[nodiscard]] const Environment& environment() const noexcept { return parts_.environment; }
  [[nodiscard]] const Installation& installation() const noexcept { return parts_.installation; }
  [[nodiscard]] const Result<std::filesystem::path>& profile() const noexcept {
    return parts_.profile;
  }
  [[nodiscard]] CredentialIo& io() const noexcept { return *parts_.io; }
  [[nodiscard]] const std::stop_token& stop() const noexcept { return parts_.stop; }

  /// Adds folders of --plugin-path, before anybody has asked for the providers.
  void add_plugin_path(const std::vector<std::filesystem::path>& folders);

  /// Says that no other providers will be asked for than these, so that the manifests of others
  /// needn't be read; before anybody has asked.
  void means_providers(std::vector<std::string> ids) { providers_meant_ = std::move(ids); }

  /// The providers that the manifests describe. The first call reads them, and tells through `io`
  /// what is wrong with them.
  [[nodiscard]] const ProviderDirectory& providers() const { return providers_.get(); }

  /// The same where a command tells itself what is wrong, as a part of its result.
  [[nodiscard]] const ProviderDirectory& providers_without_warnings();

  /// The program that is known to take keys and has that command; null where none has. Reads the
  /// files that concern it, and tells through `io` what is wrong with them.
  [[nodiscard]] std::optional<Client> find_client(const std::string& command) const;

  /// All programs that are known to take keys. The first call reads their files, and tells through
  /// `io` what is wrong with them.
  [[nodiscard]] const ClientDirectory& clients() const { return clients_.get(); }

  /// Where manifests and the files beside them are looked for.
  [[nodiscard]] DirectoryOptions directory_options() const;

  /// Tells through `io` what is wrong with such files.
  void tell(std::span<const DirectoryWarning> warnings) const;

  /// Tells what was kept back until the command's end, because it concerns the providers that are
  /// meant: what its fault says anyway is not said again.
  void tell_rest(const CredentialFault* fault);

  /// The provider of that id. Fault: unknown-provider, with the names that were perhaps meant.
  [[nodiscard]] Result<const Provider*> find_provider(std::string_view id) const;

  /// The credential store.
  [[nodiscard]] Vault& vault() const { return vault_.get(); }

  /// What asks a provider for a new token.
  [[nodiscard]] TokenRefresher& refresher() noexcept {
    return parts_.refresher != nullptr ? *parts_.refresher : refresher_;
  }

  /// What keys come from here.
  [[nodiscard]] KeyParts key_parts() noexcept {
    return {
        vault(), &refresher(), providers_, parts_.environment, rules_, parts_.working_directory};
  }

  /// Which account is meant in which folder.
  [[nodiscard]] const ProjectRules& project_rules() const noexcept { return rules_; }

  /// Where this process works, without links; empty where nobody knows.
  [[nodiscard]] const std::filesystem::path& working_directory() const noexcept {
    return parts_.working_directory;
  }

  /// A session with all that this context has to give; what is to be done is the caller's to add.
  [[nodiscard]] SessionRequest session() const;

 private:
  [[nodiscard]] ProviderDirectory discover() const;
  [[nodiscard]] ClientDirectory discover_clients() const;

  ContextParts parts_;
  ProjectRules rules_;
  bool tells_warnings_ = true;
  mutable std::vector<DirectoryWarning> kept_back_;  // by whoever made the providers
  std::vector<std::string> providers_meant_;
  Lazy<ProviderDirectory> providers_;
  Lazy<ClientDirectory> clients_;
  Lazy<Vault> vault_;
  PluginRefresher refresher_;
};

}  // namespace pindus
