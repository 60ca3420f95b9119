#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/fault.hpp"
#include "core/discovery/client_store.hpp"
#include "core/discovery/find_server.hpp"
#include "core/providers/providers.hpp"
#include "core/services/services.hpp"

namespace pindus::discovery {

/// What a discovered manifest says besides what every manifest does.
struct DiscoveredNotes {
  std::string server;          ///< the identifier under which its metadata was found
  std::string allowed_issuer;  ///< see --allow-issuer; empty: no exception was made
  std::filesystem::path file;  ///< PROFILE/discovered/HASH.json
};

/// Those of a provider; nothing where no discovered manifest has a part in it.
[[nodiscard]] std::optional<DiscoveredNotes> notes_of(const Provider& provider);

/// What is asked for: the union of the scopes that were granted and those wanted now; else those
/// that the challenge names, else those that the resource knows; and offline_access where the
/// server knows it, since some give a refresh token for nothing else. May be empty.
[[nodiscard]] std::string choose_scope(const FoundServer& found, std::string_view granted,
                                       std::string_view wanted);

/// The manifest of an address: by which methods one signs in there, with all that was learned as
/// their options. Never with a secret.
[[nodiscard]] std::string discovered_manifest(const FoundServer& found, const OAuthClient& client,
                                              std::string_view scope, const std::string& network);

/// PROFILE/discovered/HASH.json, of the address's SHA-256 in hexadecimal digits. Fault: vault.
[[nodiscard]] Result<std::filesystem::path> manifest_file(const std::filesystem::path& profile,
                                                          std::string_view address,
                                                          Services& services);

/// Writes it, mode 0600, in the place of what is there. Fault: vault.
[[nodiscard]] Result<void> write_manifest(const std::filesystem::path& file, std::string_view text);

}  // namespace pindus::discovery
