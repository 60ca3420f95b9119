#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace pindus::test {

/// Epoch milliseconds by this computer's clock.
[[nodiscard]] std::int64_t now_ms();

/// A profile of its own, and the real program of the build tree run on it: no terminal, no display,
/// an environment that holds nothing else.
class PindusProfile {
 public:
  PindusProfile();

  /// Starts `pindus` with these arguments.
  [[nodiscard]] ChildProcess start(std::vector<std::string> arguments) const;

  /// Runs it to its end.
  ProcessResult run(std::vector<std::string> arguments, std::string_view input = {}) const;

  /// Runs a shell script to its end, in a mount namespace of its own; $PINDUS is the program,
  /// $PROFILE the profile. Where none may be made, it says "SKIPPED: reason" and throws.
  ProcessResult run_with_mounts(const std::string& script, std::string_view input = {}) const;

  /// `auth key PROVIDER`: the key, without its newline. Throws where there is none.
  [[nodiscard]] std::string key(const std::string& provider) const;

  /// Puts a manifest into PROFILE/plugins/NAME.json.
  void install_manifest(std::string_view name, std::string_view json) const;

  /// Stores an OAuth record for `provider`, account `default`, whose token ends in so many seconds.
  void store_token(std::string_view provider, std::string_view access, std::string_view refresh,
                   std::int64_t seconds_left) const;

  /// Lets the one token that is stored have ended; the rest of the vault stays as it is.
  void expire_token() const;

  void write_vault(std::string_view json) const;
  [[nodiscard]] std::string vault_text() const;
  [[nodiscard]] bool has_vault() const;

  /// A text at an RFC 6901 pointer of the vault; "" where there is none.
  [[nodiscard]] std::string stored(std::string_view pointer) const;
  /// The number there; 0 where there is none.
  [[nodiscard]] std::int64_t stored_number(std::string_view pointer) const;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return directory_.path(); }
  [[nodiscard]] static std::filesystem::path program();
  [[nodiscard]] static std::filesystem::path host_program();

  Variables environment;

 private:
  [[nodiscard]] Json vault() const;

  TemporaryDirectory directory_;
};

/// A manifest of a provider of one's own at an OAuth server, by pkce.so. `token_url` may be
/// elsewhere; `options` are further members, each followed by a comma.
[[nodiscard]] std::string code_manifest(std::string_view id, std::string_view issuer,
                                        std::string_view token_url, std::string_view options = {});

/// The same by device.so.
[[nodiscard]] std::string device_manifest(std::string_view id, std::string_view issuer,
                                          std::string_view options = {});

}  // namespace pindus::test
