#include "host/plugin-tool/new_project.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/fault.hpp"

namespace pindus::plugin_tool {
namespace {

namespace fs = std::filesystem;

bool is_project_name(std::string_view name) {
  constexpr std::size_t longest = 64;
  return !name.empty() && name.size() <= longest && name.front() >= 'a' && name.front() <= 'z' &&
         name.back() != '-' && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

std::vector<std::pair<std::string, std::string>> placeholders(const std::string& name) {
  std::string identifier = name;
  std::ranges::replace(identifier, '-', '_');
  std::string upper = identifier;
  std::ranges::transform(upper, upper.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  std::string label = name;
  label.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(label.front())));
  return {{"@NAME@", name}, {"@IDENTIFIER@", identifier}, {"@UPPER@", upper}, {"@LABEL@", label}};
}

std::string filled_in(std::string text,
                      const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [placeholder, value] : values) {
    for (std::size_t at = 0; (at = text.find(placeholder, at)) != std::string::npos;) {
      text.replace(at, placeholder.size(), value);
      at += value.size();
    }
  }
  return text;
}

void copy_filled_in(const fs::path& from, const fs::path& to,
                    const std::vector<std::pair<std::string, std::string>>& values) {
  std::ifstream source(from, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(source), {});
  std::ofstream target(to, std::ios::binary);
  target << filled_in(text, values);
  target.close();
  if (!source || !target) {
    throw ReasonError(fmt::format("{} can't be written", to.string()));
  }
}

}  // namespace

fs::path make_project(const NewProject& project) {
  if (!is_project_name(project.name)) {
    throw ReasonError(fmt::format("\"{}\" is no name for a plugin", printable(project.name, 80)),
                      "give it 1 to 64 of a-z, 0-9 and -, a letter first");
  }
  const fs::path source = project.templates / fmt::format("{}-{}", project.flow, project.language);
  if (!fs::is_directory(source)) {
    throw ReasonError(fmt::format("there is no template {}", source.string()),
                      "install the package that has the SDK again");
  }
  const fs::path target = project.directory / project.name;
  std::error_code error;
  if (!fs::create_directory(target, error)) {
    if (error)
      throw ReasonError(fmt::format("{} can't be made: {}", target.string(), error.message()));
    throw ReasonError(fmt::format("{} is there already", target.string()),
                      "remove it, or choose another name");
  }
  const auto values = placeholders(project.name);
  try {
    for (const auto& entry : fs::recursive_directory_iterator(source)) {
      const fs::path to = target / filled_in(fs::relative(entry.path(), source).string(), values);
      if (entry.is_directory()) {
        fs::create_directory(to);
      } else {
        copy_filled_in(entry.path(), to, values);
      }
    }
  } catch (const std::exception&) {
    fs::remove_all(target, error);
    throw;
  }
  return target;
}

}  // namespace pindus::plugin_tool
