#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include <pindus/plugin.h>

#include "core/base/fault.hpp"

namespace pindus {

/// Why a shared object isn't used as a plugin: one sentence that names the file, and what to do.
struct PluginRefusal {
  Reason why;
  std::string rule = "P1";  ///< that of CONTRACT.md which it breaks
};

/// Loads a plugin and checks its descriptor against plugin.h. `path` is absolute; that it may be
/// trusted is the directory's business. A library is loaded once a process and never unloaded, so
/// the descriptor is borrowed for ever. Any thread.
[[nodiscard]] std::expected<const pindus_plugin_1*, PluginRefusal> load_plugin(
    const std::filesystem::path& path);

}  // namespace pindus
