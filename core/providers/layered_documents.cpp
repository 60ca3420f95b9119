#include "core/providers/layered_documents.hpp"

#include <fmt/format.h>

#include "core/providers/layer_files.hpp"
#include "core/providers/trust.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

struct DescriptionFolder {
  Layer layer;
  fs::path path;
};

// Lowest first; of a search path, the last entry is the lowest. What is wrong with the entries
// themselves is told with the providers.
std::vector<DescriptionFolder> folders_of(const DirectoryOptions& options,
                                          const std::string& name) {
  std::vector<DescriptionFolder> folders = {
      {Layer::vendor, options.manifests.parent_path() / name},
      {Layer::administrator, options.administrator.parent_path() / name}};
  if (!options.profile.empty()) folders.push_back({Layer::user, options.profile / name});
  const auto add_path = [&](Layer layer, const std::vector<fs::path>& path) {
    for (auto entry = path.rbegin(); entry != path.rend(); ++entry) {
      folders.push_back({layer, fs::absolute(*entry) / name});
    }
  };
  auto environment = options.environment_path;
  std::erase_if(environment, [](const fs::path& entry) { return !entry.is_absolute(); });
  add_path(Layer::environment, environment);
  add_path(Layer::command_line, options.command_line_path);
  return folders;
}

}  // namespace

LayeredDocuments read_layered_documents(const DirectoryOptions& options,
                                        const std::string& folder_name,
                                        const ParseDescribingFile& parse) {
  const PathTrust trust(TrustSource::of_system(), options.executable);
  LayeredDocuments documents;
  for (const DescriptionFolder& folder : folders_of(options, folder_name)) {
    const auto refuse = [&](const fs::path& file, std::string_view reason, std::string hint) {
      documents.warnings.push_back(
          {file,
           folder.layer,
           {fmt::format("{} is not used: {}", file.native(), reason), std::move(hint)}});
    };
    read_layer_files(
        trust, folder.layer, folder.path,
        {.about = options.about,
         .take =
             [&](const LayerFile& file) {
               auto described = parse(file.text);
               if (!described) return refuse(file.path, described.error(), correct_or_remove);
               for (const StrayMember& stray : described->strays) {
                 documents.warnings.push_back(
                     {file.path, folder.layer, told(stray, file.path.native()), FileFate::counts});
               }
               documents.by_id[described->id].merge_patch(described->json);
             },
         .refuse = [&](const LayerFile& file, std::string_view reason,
                       std::string hint) { refuse(file.path, reason, std::move(hint)); },
         .refuse_folder =
             [&](Reason why) {
               documents.warnings.push_back({folder.path, folder.layer, std::move(why)});
             }});
  }
  return documents;
}

}  // namespace pindus
