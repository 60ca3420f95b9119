#pragma once

#include <filesystem>
#include <vector>

#include "core/base/installation.hpp"

namespace pindus::plugin_tool {

enum class CheckFormat { text, json };
enum class CheckScope { everything, static_only };

/// `plugin check FILE...`: checks manifests and libraries, prints a report to standard output, and
/// returns whether nothing failed, crashed or ran out of time. The shipped plugins and
/// the services module are those of `installation`.
[[nodiscard]] bool check_files(const std::vector<std::filesystem::path>& files,
                               const Installation& installation, CheckFormat format,
                               CheckScope scope);

}  // namespace pindus::plugin_tool
