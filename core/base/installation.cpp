#include "core/base/installation.hpp"

#include "core/base/platform.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

// Steps out of the directory that holds the program: bin, or LIBEXECDIR/pindus.
fs::path prefix_of(const fs::path& executable) {
  const fs::path folder = executable.parent_path();
  fs::path prefix = folder;
  const fs::path programs = fs::path(PINDUS_LIBEXECDIR) / "pindus";
  for (auto name = programs.end(); name != programs.begin();) {
    if (prefix.filename() != *--name) return folder.parent_path();
    prefix = prefix.parent_path();
  }
  return prefix;
}

}  // namespace

Installation Installation::beside(const fs::path& executable) {
  const fs::path prefix = prefix_of(executable);
  const fs::path libraries = prefix / PINDUS_LIBDIR / "pindus";
  const fs::path data = prefix / PINDUS_DATADIR / "pindus";
  return {.executable = executable,
          .front = prefix / PINDUS_BINDIR / "pindus",
          .programs = prefix / PINDUS_LIBEXECDIR / "pindus",
          .services_module = libraries / "pindus-services.so",
          .plugins = libraries / "plugins-1",
          .manifests = data / "providers.d",
          .clients = data / "clients.d",
          .sdk = data / "sdk"};
}

Installation Installation::of_this_program() {
  return beside(platform::this_program());
}

}  // namespace pindus
