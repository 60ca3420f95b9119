#include "core/providers/manifest_reader.hpp"

#include <fmt/core.h>

#include "core/bare/json_reader.hpp"
#include "core/bare/provider_id.hpp"
#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"
#include "core/providers/manifest_checks.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

// The ids that a text gives before it breaks, in lower case.
std::vector<std::string> ids_in(std::string_view text) {
  std::vector<std::string> ids;
  bare::JsonReader reader({text.data(), text.size()});
  char name_memory[64];
  bare::TextBuffer name(name_memory);
  reader.enter_object();
  while (reader.next_member(name)) {
    if (name.overflow || std::string_view(name.data, name.size) != "id") continue;
    char id_memory[bare::longest_provider_id];
    bare::TextBuffer id(id_memory);
    if (reader.read_string(id) && !id.overflow && id.size > 0) {
      ids.push_back(folded_provider(std::string_view(id.data, id.size)));
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

}  // namespace

void ManifestReader::read(const LayerFolder& folder) {
  read_layer_files(
      trust_, folder.layer, folder.manifests,
      {.about = about_,
       .take = [&](const LayerFile& file) { read_manifest(folder, file); },
       // What it says about its id is believed, since that can only refuse more.
       .refuse =
           [&](const LayerFile& file, std::string_view reason, std::string hint) {
             refuse_file(folder.layer, file.path, file.text, reason, std::move(hint));
           },
       .refuse_folder =
           [&](Reason why) { refuse_folder(folder.layer, folder.manifests, std::move(why)); }});
}

void ManifestReader::read_manifest(const LayerFolder& folder, const LayerFile& file) {
  auto manifest = parse_manifest(file.text);
  if (!manifest) {
    return refuse_file(folder.layer, file.path, file.text, manifest.error(), correct_or_remove);
  }
  if (folder.layer == Layer::discovered && !begins_as_address(manifest->id)) {
    // What a server said describes nobody but that server.
    return warn(folder.layer, file.path,
                {fmt::format("{} is not used: its id must be an address", file.path.native()),
                 correct_or_remove});
  }
  manifest->path = file.canonical;
  manifest->layer = folder.layer;
  manifest->libraries = folder.libraries;
  for (Reason& why : passed_over_in(*manifest, file.path)) {
    warn(folder.layer, file.path, std::move(why), FileFate::counts);
  }
  manifests[manifest->id].push_back(*std::move(manifest));
}

void ManifestReader::refuse_file(Layer layer, const fs::path& file, std::string_view text,
                                 std::string_view reason, std::string hint) {
  const Reason why{fmt::format("{} is not used: {}", file.native(), reason), std::move(hint)};
  auto ids = ids_in(text);
  if (ids.empty() && layer == Layer::discovered) {
    // Its name is a hash.
    if (!refusals.of_addresses) refusals.of_addresses = why;
  } else if (ids.empty()) {
    ids = ids_in_name(file);
  }
  for (std::string& id : ids) refusals.by_provider.try_emplace(std::move(id), why);
  warn(layer, file, why);
}

void ManifestReader::refuse_folder(Layer layer, const fs::path& folder, Reason why) {
  if (!refusals.of_all) refusals.of_all = why;
  warn(layer, folder, std::move(why));
}

void ManifestReader::warn(Layer layer, const fs::path& path, Reason why, FileFate fate) {
  warnings.push_back({path, layer, std::move(why), fate});
}

}  // namespace pindus
