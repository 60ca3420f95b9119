#include "core/directory/provider_directory.hpp"
#include "core/platform.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

// Steps out of the directory that holds the programs: bin, or LIBEXECDIR/pindus.
fs::path prefix_of(const fs::path& executable) {
  const fs::path folder = executable.parent_path();
  fs::path prefix = folder;
  const fs::path libexec = fs::path(PINDUS_LIBEXECDIR) / "pindus";
  for (auto name = libexec.end(); name != libexec.begin();) {
    if (prefix.filename() != *--name) return folder.parent_path();
    prefix = prefix.parent_path();
  }
  return prefix;
}

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
  const fs::path prefix = prefix_of(executable);
  DirectoryOptions options;
  options.executable = executable;
  options.manifests = (prefix / PINDUS_DATADIR / "pindus/providers.d").lexically_normal();
  options.libraries = (prefix / PINDUS_LIBDIR / "pindus/plugins-1").lexically_normal();
  if (!platform::is_privileged_start()) {
    options.profile = profile;
    options.environment_path =
        split_search_path(environment.get("PINDUS_PLUGIN_PATH").value_or(""));
  }
  return options;
}

}  // namespace pindus
