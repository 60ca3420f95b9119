#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/import/found_entry.hpp"
#include "core/vault/vault_document.hpp"

namespace pindus {

/// What becomes of an entry.
enum class ImportFate {
  is_new,         ///< is stored
  is_there,       ///< the key, or sign-in, is stored already
  if_named,       ///< would be stored if its source were named
  if_taken_over,  ///< would be stored with --take-over
  not_usable,     ///< can't be
};

/// What is to be done with one entry.
struct ImportStep {
  const FoundEntry* entry = nullptr;  ///< borrowed
  const FoundSource* source = nullptr;
  ImportFate fate = ImportFate::not_usable;
  Account account = {};    ///< as which it is, or would be, stored
  std::string note = {};   ///< why, or what else is to be known; may be empty
  std::string hint = {};   ///< what to do; may be empty
  bool shows_end = false;  ///< whether the key's last characters may be shown: it is one
};

/// Whether a refresh token that changes with each use may be taken, which ends the other program's
/// sign-in.
enum class RotatingTokens { leave, take_over };

/// What a person wants of an import.
struct ImportWishes {
  RotatingTokens rotating = RotatingTokens::leave;
  std::optional<std::string> account = {};  ///< the name of each account that is stored; valid
};

/// Decides about all entries: nothing that is stored is replaced. An account gets the name that is
/// wished for, or none; else what its source calls it, else "default", else the name of its source.
/// Only reads; any thread.
[[nodiscard]] std::vector<ImportStep> plan_import(std::span<const FoundSource> sources,
                                                  const VaultDocument& vault,
                                                  const ProviderDirectory& providers,
                                                  const ImportWishes& wishes);

/// The vault's text with all that is new in it. Faults: vault, where another program keeps
/// something else in the place of a provider's accounts.
[[nodiscard]] Result<SecretText> with_imported(const VaultDocument& vault,
                                               std::span<const ImportStep> steps);

}  // namespace pindus
