#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/clients/client.hpp"
#include "core/providers/providers.hpp"

namespace pindus {

/// The programs that are known to take keys. Made once, then only read: any thread.
class ClientDirectory {
 public:
  /// Reads and merges the files of the folders `clients.d` in all layers, as manifests are read and
  /// merged, and under the same trust. One that is broken or not trusted is left out and told by
  /// warnings().
  [[nodiscard]] static ClientDirectory discover(const DirectoryOptions& options);

  /// The same of the files alone that concern the client which a command runs.
  [[nodiscard]] static ClientDirectory discover_for(std::string_view command,
                                                    DirectoryOptions options);

  /// A directory of just these, for tests and embedders.
  explicit ClientDirectory(std::vector<Client> clients, std::vector<DirectoryWarning> warnings = {})
      : clients_(std::move(clients)), warnings_(std::move(warnings)) {}

  /// The client that a command runs: by the base name of its program; null where none is known.
  [[nodiscard]] const Client* find_by_command(std::string_view command) const;

  /// All of them, by id.
  [[nodiscard]] std::span<const Client> clients() const noexcept { return clients_; }
  [[nodiscard]] std::span<const DirectoryWarning> warnings() const noexcept { return warnings_; }

 private:
  std::vector<Client> clients_;
  std::vector<DirectoryWarning> warnings_;
};

}  // namespace pindus
