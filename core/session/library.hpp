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
  std::string rule;  ///< of CONTRACT.md, which it breaks; empty: the file can't be loaded
};

/// Loads a plugin and checks its descriptor against plugin.h. `path` is absolute; that it may be
/// trusted is the providers' business. `name` is what the manifest calls the library and so decides
/// its id (P3); without it that is the path's own last part. The file is looked at, and what was
/// looked at is loaded: whoever changes the file afterwards changes nothing here. One file is
/// loaded once a process and never unloaded, so the descriptor is borrowed for ever. Any thread.
[[nodiscard]] std::expected<const pindus_plugin_1*, PluginRefusal> load_plugin(
    const std::filesystem::path& path, const std::string& name = {});

}  // namespace pindus
