#include "core/command/commands.hpp"

#include <array>

namespace pindus {

std::span<const Command> commands() {
  static constexpr std::array table = {
      Command{"signin", "login", "Sign in at a provider", declare_signin},
      Command{"signout", "logout", "Sign out and remove what is stored", declare_signout},
      Command{"auth key", "", "Print the key that a request needs", declare_auth_key},
      Command{"auth status", "", "Show what is stored, without secrets", declare_auth_status},
      Command{"plugin list", "", "List providers, their files and plugins", declare_plugin_list},
      Command{"plugin show", "", "Show what a provider's manifests add up to", declare_plugin_show},
      Command{"plugin new", "", "Write a small plugin project that builds at once",
              declare_plugin_new, false},
      Command{"plugin check", "", "Test manifests and plugins against the contract",
              declare_plugin_check, false},
  };
  return table;
}

std::span<const CommandGroup> command_groups() {
  static constexpr std::array groups = {
      CommandGroup{"auth", "What is stored"},
      CommandGroup{"plugin", "Where providers and their plugins come from"},
  };
  return groups;
}

}  // namespace pindus
