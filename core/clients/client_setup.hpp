#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/json.hpp"
#include "core/providers/manifest_checks.hpp"

namespace pindus {

/// How a change to a program's settings is made.
enum class SetupFormat {
  json,   ///< members of a JSON file
  toml,   ///< keys and tables of a TOML file, in marked blocks
  block,  ///< lines in a marked block of any file that knows comments
  shell,  ///< the same in the file that the person's shell reads when it starts
};

/// As files spell it: "json".
[[nodiscard]] std::string_view setup_format_name(SetupFormat format) noexcept;

/// A change to one file. Texts may hold placeholders.
struct SetupChange {
  SetupFormat format = SetupFormat::block;
  /// `~/x`, `./x` (in the working directory), an absolute path, or one that begins with
  /// `${VARIABLE:-default}`; empty for a shell's.
  std::string file = {};
  /// Of JSON and TOML: RFC 6901 pointers and what shall stand there, in the file's order.
  std::vector<std::pair<std::string, Json>> set = {};
  /// Of JSON: the same, where nothing stands yet.
  std::vector<std::pair<std::string, Json>> add = {};
  std::vector<std::string> lines = {};  ///< of blocks
  std::string comment = "#";            ///< what begins a line that the program doesn't read
  /// Placeholders of the lines stand in double quotes, where a backslash escapes.
  bool in_quotes = false;
};

/// How a program is made to ask for a key by itself.
struct ClientSetup {
  std::vector<SetupChange> changes = {};
  std::vector<std::string> notes = {};  ///< what is left for the person to do
  /// Variables of the environment that the program would take a key from in the first place.
  std::vector<std::string> shadowed_by = {};
};

/// Checks a member `setup`: why it can't be used, as core/providers/manifest_checks says it.
[[nodiscard]] Objection check_setup(const Place& where, const Json& value);

/// What it says; it has been checked.
[[nodiscard]] ClientSetup read_setup(const Json& json);

/// A list of names of files, as SetupChange::file.
[[nodiscard]] Objection check_setup_files(const Place& where, const Json& value);

}  // namespace pindus
