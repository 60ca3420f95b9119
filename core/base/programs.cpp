#include "core/base/programs.hpp"

#include <unistd.h>

#include <ranges>

namespace pindus {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::optional<fs::path> find_program(const std::string& name, const Environment& environment) {
  if (name.find('/') != std::string::npos) {
    return is_program(name) ? std::optional<fs::path>(name) : std::nullopt;
  }
  const std::string search_path = environment.get("PATH").value_or("/usr/local/bin:/usr/bin:/bin");
  for (const auto folder : std::views::split(search_path, ':')) {
    fs::path path = fs::path(folder.begin(), folder.end()) / name;
    if (is_program(path)) return path;
  }
  return std::nullopt;
}

}  // namespace pindus
