#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/environment.hpp"
#include "core/base/fault.hpp"
#include "core/base/secret.hpp"
#include "core/providers/provider.hpp"

namespace pindus {

/// Where a key that isn't stored comes from.
struct EnvironmentKey {
  std::string variable = {};        ///< one of the provider's
  std::filesystem::path file = {};  ///< that holds the key in its place; empty: the variable does
  std::string named_by = {};        ///< the variable that names the file or its folder

  /// "OPENAI_API_KEY", "/run/secrets/openai (OPENAI_API_KEY_FILE)".
  [[nodiscard]] std::string described() const;
};

/// All that there are, the first counts: for each of the provider's variables, in the manifest's
/// order, its value, the file that NAME_FILE names, and the file NAME in $CREDENTIALS_DIRECTORY
/// (systemd.exec(5)). Of that folder only what is there; nothing else is looked at.
[[nodiscard]] std::vector<EnvironmentKey> environment_keys(const Provider& provider,
                                                           const Environment& environment);

/// What is there, at most 64 KiB; a pipe is waited for, 10 s at most, or until a stop. Fault:
/// vault, where it can't be read.
[[nodiscard]] Result<Secret> read_environment_key(const EnvironmentKey& key,
                                                  const Environment& environment,
                                                  const std::stop_token& stop);

/// What helps where something else than a key is there.
[[nodiscard]] std::string single_key_hint(const EnvironmentKey& key);

}  // namespace pindus
