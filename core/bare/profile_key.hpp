#pragma once

#include <stddef.h>

#include "core/bare/profile_file.hpp"
#include "core/bare/ready_key.hpp"
#include "core/bare/text.hpp"

namespace pindus::bare {

/// Where a key is looked for.
struct KeyProfile {
  Text folder;     ///< that of auth.json
  Text directory;  ///< whose rules count, without links; without data: the working one
};

/// Whether that is what an account's name can be, here and in most other programs
/// ("me@example.com"): whoever knows more has something to say about any other.
[[nodiscard]] bool is_usual_account_name(Text name);

/// Opens the vault, and fills in which account is meant where `request` names none: the one that
/// the provider's variable names, else the rule for the directory, as everywhere; the name's bytes
/// stand in `memory`. False where somebody who knows more has to look: a file can't be read, or a
/// broker's token stands in the place of every key. Reads the environment.
[[nodiscard]] bool open_vault(const KeyProfile& profile, KeyRequest& request, ProfileFile& rules,
                              ProfileFile& vault, char (&memory)[256]);

/// The key that a profile has ready, by find_ready_key, of the account that open_vault says. Not
/// sure, too, where that is false or the vault is being written. Files that are left open stay so
/// in `rules` and `vault`.
[[nodiscard]] KeyAnswer find_profile_key(const KeyProfile& profile, KeyRequest request,
                                         ProfileFile& rules, ProfileFile& vault, TextBuffer& out);

}  // namespace pindus::bare
