#include "core/providers/layer_files.hpp"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "core/base/read_file.hpp"
#include "core/base/text.hpp"
#include "core/providers/manifest.hpp"
#include "core/providers/trust.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

// At most one byte more than a manifest may have. Never waits, whatever somebody put in its place.
std::expected<std::string, int> read_small_file(const fs::path& path) {
  const FileDescriptor file = open_to_read(path);
  struct stat status = {};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) return std::unexpected(errno);
  if (!S_ISREG(status.st_mode)) return std::unexpected(EINVAL);
  return read_open_file<std::string>(file.get(), manifest_size_limit);
}

std::vector<fs::path> json_files_in(const fs::path& folder, std::error_code& error) {
  std::vector<fs::path> files;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename();
    const bool is_meant = name.ends_with(".json") && !name.ends_with(".script.json");
    if (is_meant && !name.starts_with('.')) files.push_back(entries->path());
  }
  std::ranges::sort(files, {}, &fs::path::native);
  return files;
}

bool mentions(std::string_view name, std::span<const std::string> words) {
  return std::ranges::any_of(
      words, [&](const std::string& word) { return contains_ignoring_case(name, word); });
}

bool has_string(std::string_view json, std::span<const std::string> words) {
  return std::ranges::any_of(words, [&](const std::string& word) {
    return contains_ignoring_case(json, "\"" + word + "\"");
  });
}

// Whether a file may concern one of those words: an escape may hide one, and what can't be read
// anything.
bool may_concern(const fs::path& path, std::span<const std::string> words) {
  if (words.empty() || mentions(path.filename().native(), words)) return true;
  const auto text = read_small_file(path);
  return !text || text->contains('\\') || has_string(*text, words);
}

void read_file(const PathTrust& trust, Layer layer, const fs::path& path, CanonicalPaths& paths,
               const LayerFileTaker& taker) {
  if (!may_concern(path, taker.about)) return;
  LayerFile file{.path = path};
  std::error_code error;
  const fs::path canonical = paths.of(path.parent_path(), path.filename(), error);
  if (error) return taker.refuse(file, error.message(), "mend the link, or remove it");
  file.canonical = canonical;
  const auto distrust = trust.check(layer, path);
  const bool is_regular = fs::is_regular_file(canonical, error);
  auto text = is_regular ? read_small_file(canonical) : std::unexpected(EINVAL);
  if (text) file.text = std::move(*text);
  if (distrust) {
    const bool is_to_blame = distrust->component == path || distrust->component == canonical;
    return taker.refuse(
        file,
        fmt::format("{} {}", is_to_blame ? "it" : distrust->component.native(), distrust->reason),
        distrust->hint);
  }
  if (!text) {
    return taker.refuse(file, std::strerror(text.error()), "let it be readable, or remove it");
  }
  taker.take(file);
}

}  // namespace

fs::path CanonicalPaths::of(const fs::path& folder, const fs::path& name, std::error_code& error) {
  const fs::path path = folder / name;
  const fs::file_type type = fs::symlink_status(path, error).type();
  if (type == fs::file_type::not_found) {
    error = std::make_error_code(std::errc::no_such_file_or_directory);
    return {};
  }
  if (error || type == fs::file_type::symlink) return fs::canonical(path, error);
  auto known = folders_.find(folder);
  if (known == folders_.end()) {
    fs::path real = fs::canonical(folder, error);
    if (error) return {};
    known = folders_.emplace(folder, std::move(real)).first;
  }
  return known->second / name;
}

void read_layer_files(const PathTrust& trust, Layer layer, const fs::path& folder,
                      const LayerFileTaker& taker) {
  const auto unreadable = [&](const std::error_code& error) {
    taker.refuse_folder({fmt::format("{} can't be read ({})", folder.native(), error.message()),
                         "let it be a folder that you may read, or remove it"});
  };
  std::error_code error;
  if (fs::symlink_status(folder, error).type() == fs::file_type::not_found) return;
  // A link that leads nowhere is no missing folder.
  if (!error) error = fs::is_directory(folder, error) ? std::error_code() : error;
  if (error) return unreadable(error);
  if (const auto distrust = trust.check_folder(layer, folder)) {
    return taker.refuse_folder({fmt::format("nothing in {} is used: {} {}", folder.native(),
                                            distrust->component.native(), distrust->reason),
                                distrust->hint});
  }
  const std::vector<fs::path> files = json_files_in(folder, error);
  if (error) unreadable(error);
  CanonicalPaths paths;
  for (const fs::path& file : files) read_file(trust, layer, file, paths, taker);
}

}  // namespace pindus
