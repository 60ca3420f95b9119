#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "tests/support/temporary_directory.hpp"

namespace pindus::test {

/// One of the plugins of tests/bad-plugins in a folder of its own, with a manifest and a script
/// that is right for a plugin that keeps the contract.
class PluginFolder {
 public:
  explicit PluginFolder(std::string name);

  [[nodiscard]] std::filesystem::path manifest() const { return folder_ / (name_ + ".json"); }
  [[nodiscard]] std::filesystem::path script() const { return folder_ / (name_ + ".script.json"); }
  [[nodiscard]] std::filesystem::path library() const { return folder_ / (name_ + ".so"); }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TemporaryDirectory folder_;
  std::string name_;
};

struct Finding {
  std::string status, rule, message;
};

/// What `plugin check --json` says of one test of a plugin; an empty status: nothing.
Finding finding(const std::string& report, const std::string& test);

}  // namespace pindus::test
