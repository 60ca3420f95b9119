#pragma once

#include <filesystem>
#include <string>

namespace pindus::plugin_tool {

/// What `plugin new` makes.
struct NewProject {
  std::string name;              ///< [a-z][a-z0-9-]*, the provider's id and the plugin's file name
  std::string flow;              ///< "api-key", "pkce", "device" or "custom"
  std::string language = "c++";  ///< or "c"
  std::filesystem::path templates;  ///< the installed folder of templates
  std::filesystem::path directory;  ///< where the folder NAME is made
};

/// Writes the project into directory/NAME, which must not exist yet, and returns that path. Throws
/// ReasonError; what was written by then is removed.
std::filesystem::path make_project(const NewProject& project);

}  // namespace pindus::plugin_tool
