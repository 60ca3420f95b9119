#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/auth_kind.hpp"
#include "core/import/import_format.hpp"
#include "core/providers/providers.hpp"
#include "core/vault/credentials.hpp"

namespace pindus {

/// What could become an account here.
struct FoundEntry {
  std::string name;           ///< what stands for the provider there: a variable, or its id
  std::string provider = {};  ///< our id, as far as anybody knows
  std::string account = {};   ///< a name that it suggests; empty: none
  AuthKind kind = AuthKind::api_key;
  Secret key = {};              ///< an api key
  OAuthCredentials oauth = {};  ///< a browser sign-in; without an end where nobody knows it
  Reason obstacle = {};         ///< why there is nothing to be had here; else empty
};

/// A place that was looked at.
struct FoundSource {
  const ImportFormat* format = nullptr;
  std::filesystem::path file = {};  ///< empty: the environment, or what was piped in
  bool is_named = false;            ///< by a person
  std::vector<FoundEntry> entries = {};
  Reason failure = {};  ///< why nothing could be read; else empty

  /// "Codex, /home/me/.codex/auth.json".
  [[nodiscard]] std::string described() const;
};

/// What a file of that format says. The error ends a sentence that begins with the file's name; it
/// quotes no value. Any thread.
[[nodiscard]] std::expected<std::vector<FoundEntry>, std::string> read_entries(
    const ImportFormat& format, std::string_view text, const ProviderDirectory& providers);

/// The same of the environment: the variables of all providers, and those that the format names.
[[nodiscard]] std::vector<FoundEntry> read_environment_entries(const ImportFormat& format,
                                                               const Environment& environment,
                                                               const ProviderDirectory& providers);

}  // namespace pindus
