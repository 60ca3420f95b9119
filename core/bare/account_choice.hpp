#pragma once

#include <stdint.h>

#include "core/bare/json_bytes.hpp"
#include "core/bare/json_reader.hpp"
#include "core/bare/text.hpp"

namespace pindus::bare {

/// Which account is meant where nobody names one, before the provider's default: what the
/// provider's variable says, else the rule for the working directory. Front and host ask here, so
/// that they choose the same.

/// What stands for a byte of an id in a variable's name: a letter in upper case, a digit, else `_`.
[[nodiscard]] inline char variable_character(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
  const bool stays = (c >= 'A' && c <= 'Z') || is_digit(c);
  return stays ? c : '_';
}

/// Appends the name of the variable that chooses a provider's account: PINDUS_ACCOUNT_ and the id
/// in those characters.
void append_account_variable(Text provider, TextBuffer& name);

enum class RuleFound : uint8_t {
  none,
  yes,
  not_sure,  ///< the text isn't what such a file should be, or something doesn't fit
};

/// Looks in the text of `projects.json` for the account of `provider` in `directory`, an absolute
/// path without links: an object whose members' names are folders, with objects of provider and
/// account. Of the folders that are the directory or above it, the deepest that names the provider
/// counts. `account` gets the account's name and `folder` that folder's. Reads all of the text.
[[nodiscard]] RuleFound find_project_rule(JsonReader& rules, Text provider, Text directory,
                                          TextBuffer& account, TextBuffer& folder);

}  // namespace pindus::bare
