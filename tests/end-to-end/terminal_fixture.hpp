#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/end-to-end/terminal_session.hpp"
#include "tests/support/temporary_directory.hpp"

namespace pindus::test {

/// A good api key.
inline const std::string key = "gsk_0123456789abcdefghij";

/// A profile of its own, and the host run with it.
struct TerminalFixture {
  TemporaryDirectory folder;
  Variables variables = environment();

  Variables environment() {
    Variables set = plain_environment();
    set["HOME"] = folder.path();
    set["INDUSAGI_HOME"] = folder / "profile";
    set["TERM"] = "xterm";
    return set;
  }

  ProcessResult run(std::vector<std::string> args, std::string_view input = {}) const {
    args.insert(args.begin(), PINDUS_HOST);
    return run_process(args, variables, input);
  }

  ProcessResult shell(const std::string& redirections) const {
    return run_process({"/bin/sh", "-c", "exec " PINDUS_HOST " " + redirections}, variables);
  }

  /// A script that anybody may run; its path.
  std::string write_program(const std::string& name, std::string_view text) const {
    const auto path = folder / name;
    write_file(path, text);
    std::filesystem::permissions(path, std::filesystem::perms{0755});
    return path;
  }

  /// Makes the plugin in that file the one that signs in at "acme".
  void install_plugin(const std::filesystem::path& library) const {
    const auto plugins = folder / "profile/plugins";
    const std::string name = library.filename();
    write_file(plugins / "acme.json", R"({"manifest": 1, "id": "acme", "label": "Acme", )"
                                      R"("methods": {"oauth": {"library": ")" +
                                          name + R"(", "abi": "1.0"}}})");
    std::filesystem::copy_file(library, plugins / name);
  }
};

}  // namespace pindus::test
