#pragma once

#include "core/bare/text.hpp"

namespace pindus::bare {

/// Whether a variable's value says nothing: null, empty or blanks.
[[nodiscard]] bool is_blank(const char* value);

/// What decides where the profile is: environment variables, null where one isn't set, and the
/// working directory.
struct ProfileInputs {
  const char* coding_agent_dir = nullptr;  ///< INDUSAGI_CODING_AGENT_DIR
  const char* home_dir = nullptr;          ///< INDUSAGI_HOME
  const char* home = nullptr;              ///< HOME, or what the password database says
  /// What a relative value is resolved against; null leaves it relative, which is the same to a
  /// program that opens it at once.
  const char* working_directory = nullptr;
};

enum class ProfileFound {
  yes,
  home_needed,  ///< HOME is asked for and is unset or blank: ask the password database, try again
  too_long,     ///< it doesn't fit the buffer
};

/// Appends the profile's directory to `path`, without a final slash unless it is "/": the first of
/// INDUSAGI_CODING_AGENT_DIR and INDUSAGI_HOME that isn't blank, with `~` and `~/` expanded, else
/// `~/.pindusagi`. Touches no file. On anything but `yes`, `path` holds nothing of use.
[[nodiscard]] ProfileFound find_profile(const ProfileInputs& inputs, TextBuffer& path);

}  // namespace pindus::bare
