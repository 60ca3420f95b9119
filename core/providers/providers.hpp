#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/environment.hpp"
#include "core/base/fault.hpp"
#include "core/providers/provider.hpp"

namespace pindus {

/// What became of a file that there is a warning of.
enum class FileFate {
  passed_over,
  counts,  ///< but for a part of it
};

/// What is wrong with a manifest or library: one sentence, and what to do.
struct DirectoryWarning {
  std::filesystem::path path;
  Layer layer = Layer::vendor;
  Reason why;
  FileFate fate = FileFate::passed_over;
};

/// Why providers can't be used, though other files may describe them: a file that names them is
/// refused, and what it would have said nobody knows.
struct Refusals {
  std::map<std::string, Reason, std::less<>> by_provider;  ///< by folded id
  /// A folder that isn't read, so that it may concern any provider.
  std::optional<Reason> of_all;
  /// A discovered file that doesn't say whom it describes, so that it may concern any address.
  std::optional<Reason> of_addresses;

  /// Why the provider of that id is refused; null where it isn't. Borrowed.
  [[nodiscard]] const Reason* find(std::string_view id) const;
};

/// Where to look. Paths that don't exist are layers without files, but for the last two.
struct DirectoryOptions {
  std::filesystem::path executable;  ///< canonical; the vendor layer's trust is measured by it
  std::filesystem::path manifests;   ///< DATADIR/pindus/providers.d
  std::filesystem::path libraries;   ///< LIBDIR/pindus/plugins-1
  std::filesystem::path administrator = "/etc/pindus/providers.d";
  std::filesystem::path administrator_libraries = "/usr/local/lib/pindus/plugins-1";
  /// The user layer is its `plugins` folder, that of what was discovered its `discovered`; empty:
  /// none.
  std::filesystem::path profile;
  /// PINDUS_PLUGIN_PATH, earlier wins; entries that aren't absolute are passed over with a warning.
  std::vector<std::filesystem::path> environment_path;
  std::vector<std::filesystem::path> command_line_path;  ///< --plugin-path, earlier wins
  /// What is asked for: ids of providers, or names of clients' commands. Files that mention none of
  /// them, not even with an escape, aren't examined. Empty: whatever there is.
  std::vector<std::string> about = {};

  /// The options of an installed or built tree whose program directory is that of `executable`, a
  /// canonical path (PREFIX/bin/x or PREFIX/libexec/pindus/x); PINDUS_PLUGIN_PATH from
  /// `environment`. Under AT_SECURE neither the user's nor the environment's layer exists.
  [[nodiscard]] static DirectoryOptions beside(const std::filesystem::path& executable,
                                               const std::filesystem::path& profile,
                                               const Environment& environment);
};

/// The providers that this system knows. Made once, then only read: any thread.
class ProviderDirectory {
 public:
  /// Reads and merges the manifests of all layers. Runs no plugin code and opens no library. What
  /// is broken or not trusted is left out and told by warnings(); a provider that a file so left
  /// out names is still there with what the others say, and refused.
  [[nodiscard]] static ProviderDirectory discover(const DirectoryOptions& options);

  /// A directory of just these, for tests and embedders.
  explicit ProviderDirectory(std::vector<Provider> providers,
                             std::vector<DirectoryWarning> warnings = {}, Refusals refusals = {});

  /// By id, as same_provider compares them; null where there is none. Borrowed from the directory.
  [[nodiscard]] const Provider* find_provider(std::string_view id) const noexcept;

  /// The same where there must be one. Fault: unknown-provider, with the names that were perhaps
  /// meant, or with the refusal of the only file that names it.
  [[nodiscard]] Result<const Provider*> require_provider(std::string_view id) const;

  /// All of them, by id.
  [[nodiscard]] std::span<const Provider> providers() const noexcept { return providers_; }

  /// Ids of the providers that someone who typed `id` may have meant, by their ids and labels, the
  /// nearest first, at most three.
  [[nodiscard]] std::vector<std::string> near_names(std::string_view id) const;

  [[nodiscard]] std::span<const DirectoryWarning> warnings() const noexcept { return warnings_; }
  [[nodiscard]] const Refusals& refusals() const noexcept { return refusals_; }

 private:
  std::vector<Provider> providers_;
  std::vector<DirectoryWarning> warnings_;
  Refusals refusals_;
};

/// The fault of a command that can't do without a provider that is refused: unknown-provider.
[[nodiscard]] CredentialFault refused_provider(Reason why);

/// A line of the sign-in menu.
struct LoginChoice {
  const Provider* provider = nullptr;
  const Method* method = nullptr;
};

/// What the menu offers: providers that are enabled and not refused, methods whose library is
/// there; browser sign-in first, a provider once for each of its methods. Borrowed from the
/// directory.
[[nodiscard]] std::vector<LoginChoice> list_login_providers(const ProviderDirectory& directory);

}  // namespace pindus
