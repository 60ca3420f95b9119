#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "core/base/installation.hpp"
#include "host/plugin-tool/subject.hpp"

namespace pindus::plugin_tool {

enum class CheckFormat { text, json };

/// What `plugin check FILE...` was asked.
struct CheckRequest {
  std::vector<std::filesystem::path> files;
  Installation installation;  ///< whose shipped plugins and services module are used
  CheckFormat format = CheckFormat::text;
  CheckScope scope = CheckScope::everything;
};

/// Checks manifests and libraries, prints a report to standard output, and returns how many tests
/// failed, crashed or ran out of time.
[[nodiscard]] std::size_t check_files(const CheckRequest& request);

/// Prints every test there is and what it tells.
void list_tests(CheckFormat format);

}  // namespace pindus::plugin_tool
