#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/environment.hpp"
#include "core/providers/api.hpp"
#include "core/providers/layered_documents.hpp"

namespace pindus {

/// Where in a file an account may stand. Places are JSON pointers (RFC 6901); those of a rule's
/// texts begin where `at` leads. In `provider` and `account`, {1} and {2} are the names that the
/// first and second "*" of `at` stand for.
struct ImportRule {
  std::string at;                           ///< "/providers/*/settings"; "*" is each member
  NamedTexts conditions = {};               ///< places, and the texts that must stand there
  std::string provider = {};                ///< what the format's `providers` may call otherwise
  std::string account = {};                 ///< a name to suggest, or the place of one
  std::optional<std::string> key = {};      ///< the place of an api key
  std::optional<std::string> access = {};   ///< of an access token
  std::optional<std::string> refresh = {};  ///< of its refresh token
  std::optional<std::string> expires = {};  ///< of its end, in epoch milliseconds, else its own
  NamedTexts members = {};                  ///< further members of the record, and their places
  std::string missing = {};       ///< what to say where there is no key: it is kept elsewhere, say
  std::string missing_hint = {};  ///< and what to do; placeholders as in `account`
};

/// How another program keeps keys: a file of a folder imports.d.
struct ImportFormat {
  enum class Syntax { json, yaml, dotenv, environment };
  std::string id;
  std::string label;
  Syntax syntax = Syntax::json;
  /// Where its file is, the first one counts whose variables are set: "{HOME}/.codex/auth.json". A
  /// relative one is in the working directory.
  std::vector<std::string> files = {};
  bool only_if_named = false;  ///< what a folder holds is not for the folder to say
  std::map<std::string, std::string, std::less<>> providers = {};  ///< its names for our ids
  std::vector<std::string> skip = {};                              ///< its names that are no key's
  std::vector<ImportRule> rules = {};
  std::string after_take_over = {};  ///< what to do there when its rotating token was taken

  /// The file, as an absolute path or one in the working directory; nothing where it has none here.
  [[nodiscard]] std::optional<std::filesystem::path> file(const Environment& environment) const;
};

/// The formats that are known. Made once, then only read: any thread.
struct ImportFormats {
  std::vector<ImportFormat> formats;  ///< by id
  std::vector<DirectoryWarning> warnings;

  /// Reads the files of all layers; one that is broken or not trusted is left out, with a warning.
  [[nodiscard]] static ImportFormats discover(const DirectoryOptions& options);

  /// Null where there is none of that id.
  [[nodiscard]] const ImportFormat* find(std::string_view id) const noexcept;
};

/// One file as JSON, checked. The error ends a sentence that begins with the file's name.
[[nodiscard]] std::expected<DescribingFile, std::string> parse_import_format(std::string_view text);

/// What a merged file says; it has been checked.
[[nodiscard]] ImportFormat read_import_format(const std::string& id, const Json& json);

}  // namespace pindus
