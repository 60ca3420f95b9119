#include "host/cli/profile.hpp"

#include <limits.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "core/bare/profile.hpp"

namespace pindus {

Result<std::filesystem::path> profile_directory() {
  std::error_code error;
  const std::string working_directory = std::filesystem::current_path(error).string();
  bare::ProfileInputs inputs{.coding_agent_dir = std::getenv("INDUSAGI_CODING_AGENT_DIR"),
                             .home_dir = std::getenv("INDUSAGI_HOME"),
                             .home = std::getenv("HOME"),
                             .working_directory = error ? nullptr : working_directory.c_str()};
  char memory[PATH_MAX];
  bare::TextBuffer path(memory);
  auto found = bare::find_profile(inputs, path);
  if (found == bare::ProfileFound::home_needed) {
    const passwd* user = ::getpwuid(::geteuid());
    if (user != nullptr) inputs.home = user->pw_dir;
    path.clear();
    found = bare::find_profile(inputs, path);
  }
  switch (found) {
    case bare::ProfileFound::yes: return std::string(path.data, path.size);
    case bare::ProfileFound::too_long:
      return fail(FaultKind::vault, "the path of the profile is too long",
                  "set INDUSAGI_HOME to a shorter one");
    case bare::ProfileFound::home_needed: break;
  }
  return fail(FaultKind::vault, "HOME is not set, and the password database knows no home",
              "set INDUSAGI_HOME to the folder that holds auth.json");
}

}  // namespace pindus
