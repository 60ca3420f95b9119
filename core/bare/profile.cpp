#include "core/bare/profile.hpp"

namespace pindus::bare {

bool is_blank(const char* value) {
  return value == nullptr || value[strspn(value, " \t\r\n")] == '\0';
}

ProfileFound find_profile(const ProfileInputs& inputs, TextBuffer& path) {
  const char* value = !is_blank(inputs.coding_agent_dir) ? inputs.coding_agent_dir
                      : !is_blank(inputs.home_dir)       ? inputs.home_dir
                                                         : "~/.pindusagi";
  const bool in_home = value[0] == '~' && (value[1] == '\0' || value[1] == '/');
  if (in_home) {
    if (is_blank(inputs.home)) return ProfileFound::home_needed;
    ++value;
  }
  const char* first = in_home ? inputs.home : value;
  if (first[0] != '/' && inputs.working_directory != nullptr) {
    path.append(inputs.working_directory);
    path.append('/');
  }
  if (in_home) path.append(inputs.home);
  path.append(value);
  while (path.size > 1 && path.data[path.size - 1] == '/') --path.size;
  return path.overflow ? ProfileFound::too_long : ProfileFound::yes;
}

}  // namespace pindus::bare
