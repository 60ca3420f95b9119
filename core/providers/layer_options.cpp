#include "core/base/installation.hpp"
#include "core/base/platform.hpp"
#include "core/providers/providers.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> split_search_path(std::string_view list) {
  std::vector<fs::path> entries;
  while (!list.empty()) {
    const auto entry = list.substr(0, list.find(':'));
    if (!entry.empty()) entries.emplace_back(entry);
    list.remove_prefix(std::min(entry.size() + 1, list.size()));
  }
  return entries;
}

}  // namespace

DirectoryOptions DirectoryOptions::beside(const fs::path& executable, const fs::path& profile,
                                          const Environment& environment) {
  const Installation installation = Installation::beside(executable);
  DirectoryOptions options;
  options.executable = executable;
  options.manifests = installation.manifests;
  options.libraries = installation.plugins;
  if (!platform::is_privileged_start()) {
    options.profile = profile;
    options.environment_path =
        split_search_path(environment.get("PINDUS_PLUGIN_PATH").value_or(""));
  }
  return options;
}

}  // namespace pindus
