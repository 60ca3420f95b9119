#include "core/command/commands.hpp"

#include <array>

namespace pindus {

std::span<const Command> commands() {
  static constexpr std::array table = {
      Command{"signin", "login", "Sign in at a provider", declare_signin},
      Command{"signout", "logout", "Sign out and remove what is stored", declare_signout},
      Command{"auth key", "", "Print the key that a request needs", declare_auth_key},
      Command{"auth exec", "", "Run a command with the keys that it uses", declare_auth_exec},
      Command{"auth env", "", "Print the variables that programs read keys from", declare_auth_env},
      Command{"auth headers", "", "Print the headers that a request needs, as JSON",
              declare_auth_headers},
      Command{"auth serve", "", "Stand between programs and providers until it is stopped",
              declare_auth_serve},
      Command{"auth grant", "", "Let a program make requests through the broker that serves",
              declare_auth_grant},
      Command{"auth revoke", "", "Take back what was granted", declare_auth_revoke},
      Command{"auth runs", "", "Show what commands asked of providers through the broker",
              declare_auth_runs},
      Command{"auth refresh", "", "Refresh tokens", declare_auth_refresh},
      Command{"auth use", "", "Choose an account for a folder", declare_auth_use},
      Command{"auth switch", "", "Choose the default account", declare_auth_switch},
      Command{"auth rename", "", "Give an account another name", declare_auth_rename},
      Command{"auth setup", "", "Have a tool ask for its key here", declare_auth_setup},
      Command{"auth import", "", "Take over the keys that other programs keep",
              declare_auth_import},
      Command{"auth status", "", "Show what is stored, without secrets", declare_auth_status},
      Command{"auth doctor", "", "Look for what is wrong, and say what mends it",
              declare_auth_doctor, CommandNeeds::providers},
      Command{"plugin list", "", "List providers, their files and plugins", declare_plugin_list},
      Command{"plugin show", "",
              "Show what a provider's manifests add up to, and explain their options",
              declare_plugin_show},
      Command{"plugin new", "", "Write a small plugin project that builds at once",
              declare_plugin_new, CommandNeeds::nothing},
      Command{"plugin check", "", "Test manifests and plugins against the contract",
              declare_plugin_check, CommandNeeds::nothing},
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
