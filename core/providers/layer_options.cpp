#include "core/base/installation.hpp"
#include "core/base/text.hpp"
#include "core/providers/providers.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

}  // namespace

DirectoryOptions DirectoryOptions::beside(const fs::path& executable, const fs::path& profile,
                                          const Environment& environment) {
  const Installation installation = Installation::beside(executable);
  DirectoryOptions options;
  options.executable = executable;
  options.manifests = installation.manifests;
  options.libraries = installation.plugins;
  options.profile = profile;
  const std::string folders = environment.get("PINDUS_PLUGIN_PATH").value_or("");
  for (const std::string_view folder : split(folders, ":")) {
    options.environment_path.emplace_back(folder);
  }
  return options;
}

}  // namespace pindus
