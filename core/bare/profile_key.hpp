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

/// Fills in which account is meant where `request` names none, as find_profile_key does; the name's
/// bytes stand in `memory`. False where somebody who knows more has to look.
[[nodiscard]] bool choose_account(const KeyProfile& profile, KeyRequest& request,
                                  ProfileFile& rules, char (&memory)[256]);

/// Whether a broker's token stands in the place of every key. Reads the environment.
[[nodiscard]] bool is_behind_broker();

/// The key that a profile has ready, by find_ready_key. Which account is meant where `request`
/// names none is said by the provider's variable, else by the rule for the directory, as
/// everywhere. Not sure, too, where the files can't be read or are being written, and where a
/// broker's token stands in the place of every key. Reads the environment. `chunk` is memory to
/// read into, of 64 KiB; a file that is left open stays so in `vault`.
[[nodiscard]] KeyAnswer find_profile_key(const KeyProfile& profile, KeyRequest request,
                                         ProfileFile& rules, ProfileFile& vault, TextBuffer& out);

}  // namespace pindus::bare
