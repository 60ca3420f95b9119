#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/providers/layer_files.hpp"
#include "core/providers/manifest.hpp"
#include "core/providers/providers.hpp"
#include "core/providers/trust.hpp"

namespace pindus {

/// Where one layer, or one entry of its search path, keeps its files.
struct LayerFolder {
  Layer layer = Layer::vendor;
  std::filesystem::path manifests;
  std::filesystem::path libraries;
};

/// Reads folders of manifests, and notes what it refuses and whom that concerns. One thread.
class ManifestReader {
 public:
  /// Reads the files that concern one of the ids in `about`, if there are any, else all. Both must
  /// outlive this object.
  ManifestReader(const PathTrust& trust, std::span<const std::string> about)
      : trust_(trust), about_(about) {}

  /// Reads the folder's manifests in the order of their names' bytes; one that isn't there has
  /// none. What is read later goes over what was read before.
  void read(const LayerFolder& folder);

  /// Notes a folder that was named and can't be read: since nobody knows what is in it, it refuses
  /// every provider.
  void refuse_folder(Layer layer, const std::filesystem::path& folder, Reason why);

  /// Notes what costs no more than itself.
  void warn(Layer layer, const std::filesystem::path& path, Reason why,
            FileFate fate = FileFate::passed_over);

  std::map<std::string, std::vector<Manifest>> manifests;  ///< by id
  Refusals refusals;
  std::vector<DirectoryWarning> warnings;

 private:
  void read_manifest(const LayerFolder& folder, const LayerFile& file);
  void refuse_file(Layer layer, const std::filesystem::path& file, std::string_view text,
                   std::string_view reason, std::string hint);

  const PathTrust& trust_;
  std::span<const std::string> about_;
};

}  // namespace pindus
