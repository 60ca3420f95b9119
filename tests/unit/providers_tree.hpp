#pragma once

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/providers/providers.hpp"

/// A tree of manifests and libraries in a temporary folder, laid out as an installed one, gone with
/// this object.
class DirectoryTree {
 public:
  DirectoryTree() {
    std::string name = std::filesystem::temp_directory_path() / "pindus-directory-XXXXXX";
    root = std::filesystem::canonical(mkdtemp(name.data()));
    options.executable = write("prefix/libexec/pindus/pindus-host", "");
    options.manifests = root / "prefix/share/pindus/providers.d";
    options.libraries = root / "prefix/lib/pindus/plugins-1";
    options.administrator = root / "etc/providers.d";
    options.administrator_libraries = root / "local/plugins-1";
    options.profile = root / "profile";
  }
  DirectoryTree(const DirectoryTree&) = delete;
  DirectoryTree& operator=(const DirectoryTree&) = delete;
  ~DirectoryTree() {
    std::error_code ignored;
    std::filesystem::remove_all(root, ignored);
  }

  /// Writes a file, with modes that no umask spoils, and returns its path.
  std::filesystem::path write(const std::filesystem::path& relative, std::string_view text) const {
    const std::filesystem::path path = root / relative;
    const mode_t before = umask(022);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    umask(before);
    return path;
  }

  std::filesystem::path vendor(std::string_view name, std::string_view text) const {
    return write(std::filesystem::path("prefix/share/pindus/providers.d") / name, text);
  }
  std::filesystem::path vendor_library(std::string_view name) const {
    return write(std::filesystem::path("prefix/lib/pindus/plugins-1") / name, "library");
  }
  std::filesystem::path user(std::string_view name, std::string_view text) const {
    return write(std::filesystem::path("profile/plugins") / name, text);
  }

  [[nodiscard]] pindus::ProviderDirectory discover() const {
    return pindus::ProviderDirectory::discover(options);
  }

  std::filesystem::path root;
  pindus::DirectoryOptions options;
};

/// All warnings, a line each.
inline std::string told_by(const pindus::ProviderDirectory& directory) {
  std::string text;
  for (const auto& warning : directory.warnings()) text += warning.why.message + "\n";
  return text;
}

/// What must be there; throws where it isn't.
inline const pindus::Provider& provider(const pindus::ProviderDirectory& directory,
                                        std::string_view id) {
  const pindus::Provider* found = directory.find_provider(id);
  if (found == nullptr) throw std::runtime_error("no such provider; " + told_by(directory));
  return *found;
}
inline const pindus::Method& method(const pindus::ProviderDirectory& directory, std::string_view id,
                                    pindus::AuthKind kind) {
  const pindus::Method* found = provider(directory, id).method(kind);
  if (found == nullptr) throw std::runtime_error("no method of that kind");
  return *found;
}
