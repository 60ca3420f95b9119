#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "core/base/fault.hpp"
#include "core/providers/provider.hpp"

namespace pindus {

class PathTrust;

/// A file of a layer's folder.
struct LayerFile {
  std::filesystem::path path;
  std::filesystem::path canonical = {};  ///< empty where it can't be told
  std::string text = {};                 ///< at most a byte more than manifest_size_limit
};

/// Who gets what a folder holds.
struct LayerFileTaker {
  /// Where there are any: files that have none of these words, in whatever case, neither in their
  /// names nor as a JSON string, are passed over unexamined.
  std::span<const std::string> about = {};
  std::function<void(const LayerFile& file)> take;
  /// One that isn't used, with as much of its text as can be had; the reason ends a sentence that
  /// begins with the file's name.
  std::function<void(const LayerFile& file, std::string_view reason, std::string hint)> refuse;
  /// A folder that isn't read.
  std::function<void(Reason why)> refuse_folder;
};

/// Canonical paths of files in a few folders, whose own are asked of the system once: it takes a
/// call for each component, and there are many files. One thread.
class CanonicalPaths {
 public:
  /// As std::filesystem::canonical of `folder / name`.
  [[nodiscard]] std::filesystem::path of(const std::filesystem::path& folder,
                                         const std::filesystem::path& name, std::error_code& error);

 private:
  std::map<std::filesystem::path, std::filesystem::path> folders_;
};

/// What helps where a file is read and not understood.
inline constexpr const char* correct_or_remove = "correct the file, or remove it";

/// Reads a folder's JSON files that are trusted, in the order of their names' bytes; one that isn't
/// there has none. Never waits for a file.
void read_layer_files(const PathTrust& trust, Layer layer, const std::filesystem::path& folder,
                      const LayerFileTaker& taker);

}  // namespace pindus
