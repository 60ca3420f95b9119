#pragma once

#include <cstdint>
#include <string>

namespace pindus {

/// One account: a name under a provider. Provider ids are compared as
/// same_provider does, names as they are.
struct Account {
  std::string provider;
  std::string name = "default";

  /// "the account work of openai", as messages say it.
  [[nodiscard]] std::string described() const;

  /// What names it behind a command, as a shell takes it: "openai --account work".
  [[nodiscard]] std::string arguments() const;

  /// The command that signs in again in this account's place.
  [[nodiscard]] std::string replace_command() const;

  /// The byte of the lock file that stands for this account: 1 + FNV-1a (64 bits, the upper two
  /// dropped) of the folded provider, a zero and the name. Every version must agree.
  [[nodiscard]] std::int64_t lock_byte() const noexcept;
};

}  // namespace pindus
