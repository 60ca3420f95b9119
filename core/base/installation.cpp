#include "core/base/installation.hpp"

#include <optional>

#include "core/base/platform.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

// The folder above `tail`, where `folder` ends so.
std::optional<fs::path> above(const fs::path& tail, fs::path folder) {
  for (auto name = tail.end(); name != tail.begin();) {
    if (folder.filename() != *--name) return std::nullopt;
    folder = folder.parent_path();
  }
  return folder;
}

// Steps out of the directory that holds the program: bin, LIBEXECDIR/pindus, or LIBDIR/pindus where
// it is a module in another program.
fs::path prefix_of(const fs::path& executable) {
  const fs::path folder = executable.parent_path();
  for (const fs::path of_libraries : {PINDUS_LIBEXECDIR, PINDUS_LIBDIR}) {
    if (auto prefix = above(of_libraries / "pindus", folder)) return *std::move(prefix);
  }
  return folder.parent_path();
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

Installation Installation::of_this_module() {
  return beside(platform::this_module());
}

}  // namespace pindus
