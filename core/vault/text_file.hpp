#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fault.hpp"
#include "core/vault/vault_place.hpp"

namespace pindus {

/// No text file that we change is larger: settings, rules, start-up files of shells.
inline constexpr std::size_t text_file_limit = std::size_t{4} << 20;

/// A file as it was read: the person's or another program's, or one of ours beside the vault.
struct TextFile {
  std::filesystem::path path = {};       ///< as it was asked for
  std::optional<std::string> text = {};  ///< nothing where there is no file

  /// What it holds; no file holds nothing.
  [[nodiscard]] std::string_view content() const noexcept {
    return text ? std::string_view(*text) : std::string_view();
  }
};

/// Reads a whole file, links followed. That its folder isn't there means that it isn't. Faults:
/// vault, with its name: it can't be read, is no regular file, or is larger than text_file_limit.
[[nodiscard]] Result<TextFile> read_text_file(const std::filesystem::path& path);

/// Who may read a file that wasn't there before.
enum class NewFileMode {
  usual,     ///< whoever the umask lets
  private_,  ///< its owner alone
};

/// What was made on the way to a file.
struct MadeOnTheWay {
  std::vector<std::filesystem::path> folders = {};  ///< the outer ones first
};

/// Puts `text` in the place of a file as it was read, at once for whoever reads it and durably; a
/// link stays one, and its target gets the text. Mode, owner, group and ACL stay. A file with
/// several names, or one that is a mount point, is written in place, so that it keeps them. Folders
/// that are missing are made, for the person alone. Faults: vault, with nothing changed: the file
/// isn't any more what was read; it is read-only, or somebody else's; it can't be written.
[[nodiscard]] Result<MadeOnTheWay> replace_text_file(const TextFile& before, std::string_view text,
                                                     NewFileMode mode = NewFileMode::usual);

/// Removes a file as it was read; where it was reached by a link, its target and the link stay, and
/// are empty. Faults: as above.
[[nodiscard]] Result<void> remove_text_file(const TextFile& before);

}  // namespace pindus
