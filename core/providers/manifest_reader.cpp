#include "core/providers/manifest_reader.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/bare/json_reader.hpp"
#include "core/base/file_descriptor.hpp"
#include "core/base/text.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

// At most one byte more than a manifest may have. Never waits, whatever somebody put in its place.
std::expected<std::string, int> read_small_file(const fs::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status = {};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) return std::unexpected(errno);
  if (!S_ISREG(status.st_mode)) return std::unexpected(EINVAL);
  std::string text;
  char chunk[4096];
  while (text.size() <= manifest_size_limit) {
    const ssize_t count = ::read(file.get(), chunk, sizeof chunk);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(errno);
    if (count == 0) break;
    text.append(chunk, static_cast<std::size_t>(count));
  }
  return text;
}

// The ids that a text gives before it breaks, in lower case.
std::vector<std::string> ids_in(std::string_view text) {
  std::vector<std::string> ids;
  bare::JsonReader reader({text.data(), text.size()});
  char name_memory[64];
  bare::TextBuffer name(name_memory);
  reader.enter_object();
  while (reader.next_member(name)) {
    if (name.overflow || std::string_view(name.data, name.size) != "id") continue;
    char id_memory[manifest_id_limit];
    bare::TextBuffer id(id_memory);
    if (reader.read_string(id) && !id.overflow && id.size > 0) {
      ids.push_back(ascii_lower(std::string_view(id.data, id.size)));
    }
  }
  return ids;
}

// The ids that a file's name may begin with: of "z.ai.pkce.json" they are "z", "z.ai" and
// "z.ai.pkce", since an id may hold dots.
std::vector<std::string> ids_in_name(const fs::path& file) {
  const std::string stem = ascii_lower(file.stem().native());
  std::vector<std::string> ids;
  for (auto dot = stem.find('.'); dot != std::string::npos; dot = stem.find('.', dot + 1)) {
    ids.push_back(stem.substr(0, dot));
  }
  ids.push_back(stem);
  return ids;
}

std::vector<fs::path> manifests_in(const fs::path& folder, std::error_code& error) {
  std::vector<fs::path> files;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename();
    const bool is_manifest = name.ends_with(".json") && !name.ends_with(".script.json");
    if (is_manifest && !name.starts_with('.')) files.push_back(entries->path());
  }
  std::ranges::sort(files, {}, &fs::path::native);
  return files;
}

}  // namespace

void ManifestReader::read(const LayerFolder& folder) {
  const auto unreadable = [&](const std::error_code& error) {
    refuse_folder(folder.layer, folder.manifests,
                  {fmt::format("{} can't be read ({})", folder.manifests.native(), error.message()),
                   "let it be a folder that you may read, or remove it"});
  };
  std::error_code error;
  if (fs::symlink_status(folder.manifests, error).type() == fs::file_type::not_found) return;
  // A link that leads nowhere is no missing folder.
  if (!error) error = fs::is_directory(folder.manifests, error) ? std::error_code() : error;
  if (error) return unreadable(error);
  if (const auto distrust = trust_.check_folder(folder.layer, folder.manifests)) {
    return refuse_folder(folder.layer, folder.manifests,
                         {fmt::format("nothing in {} is used: {} {}", folder.manifests.native(),
                                      distrust->component.native(), distrust->reason),
                          distrust->hint});
  }
  const std::vector<fs::path> files = manifests_in(folder.manifests, error);
  if (error) unreadable(error);
  for (const fs::path& file : files) read_manifest(folder, file);
}

void ManifestReader::read_manifest(const LayerFolder& folder, const fs::path& file) {
  std::error_code error;
  const fs::path canonical = fs::canonical(file, error);
  if (error) {
    return refuse_file(folder.layer, file, "", error.message(), "mend the link, or remove it");
  }
  const auto distrust = trust_.check(folder.layer, file);
  const bool is_regular = fs::is_regular_file(canonical, error);
  const auto text = is_regular ? read_small_file(canonical) : std::unexpected(EINVAL);
  if (distrust) {
    const bool is_to_blame = distrust->component == file || distrust->component == canonical;
    // What it says about its id is believed, since that can only refuse more.
    return refuse_file(
        folder.layer, file, text.value_or(""),
        fmt::format("{} {}", is_to_blame ? "it" : distrust->component.native(), distrust->reason),
        distrust->hint);
  }
  if (!text) {
    return refuse_file(folder.layer, file, "", std::strerror(text.error()),
                       "let it be readable, or remove it");
  }
  auto manifest = parse_manifest(*text);
  if (!manifest) {
    return refuse_file(folder.layer, file, *text, manifest.error(),
                       "correct the file, or remove it");
  }
  manifest->path = canonical;
  manifest->layer = folder.layer;
  manifest->libraries = folder.libraries;
  for (const std::string& method : manifest->unknown_methods) {
    warn(folder.layer, file,
         {fmt::format("the method \"{}\" in {} is passed over: this version doesn't know it",
                      printable(method), file.native()),
          "upgrade the package pindus"});
  }
  manifests[manifest->id].push_back(*std::move(manifest));
}

void ManifestReader::refuse_file(Layer layer, const fs::path& file, std::string_view text,
                                 std::string_view reason, std::string hint) {
  const Reason why{fmt::format("{} is not used: {}", file.native(), reason), std::move(hint)};
  auto ids = ids_in(text);
  if (ids.empty()) ids = ids_in_name(file);
  for (std::string& id : ids) refusals.by_provider.try_emplace(std::move(id), why);
  warn(layer, file, why);
}

void ManifestReader::refuse_folder(Layer layer, const fs::path& folder, Reason why) {
  if (!refusals.of_all) refusals.of_all = why;
  warn(layer, folder, std::move(why));
}

void ManifestReader::warn(Layer layer, const fs::path& path, Reason why) {
  warnings.push_back({path, layer, std::move(why)});
}

}  // namespace pindus
