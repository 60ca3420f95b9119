#pragma once

#include <filesystem>

namespace pindus {

/// Where the parts of an installed or built tree are. Everything is found beside the program, so
/// that a tree can be moved. Paths are absolute; nothing is looked at.
struct Installation {
  std::filesystem::path executable = {};
  std::filesystem::path front = {};            ///< BINDIR/pindus
  std::filesystem::path programs = {};         ///< LIBEXECDIR/pindus: the host, the plugin tool
  std::filesystem::path services_module = {};  ///< LIBDIR/pindus/pindus-services.so
  std::filesystem::path plugins = {};          ///< LIBDIR/pindus/plugins-1
  std::filesystem::path manifests = {};        ///< DATADIR/pindus/providers.d
  std::filesystem::path clients = {};          ///< DATADIR/pindus/clients.d
  std::filesystem::path sdk = {};              ///< DATADIR/pindus/sdk

  /// The tree of a program at PREFIX/bin/x or PREFIX/LIBEXECDIR/pindus/x, or of a module at
  /// PREFIX/LIBDIR/pindus/x; the path is canonical.
  [[nodiscard]] static Installation beside(const std::filesystem::path& executable);

  /// That of the running program. Throws std::filesystem::filesystem_error where the system doesn't
  /// tell which file that is.
  [[nodiscard]] static Installation of_this_program();

  /// The same, where the program is somebody else's, of the file that holds this code.
  [[nodiscard]] static Installation of_this_module();
};

}  // namespace pindus
