#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/child_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace pindus::test {

/// A copy of the front in a tree whose host is a script that says how it was called and exits with
/// 42: so an answer of the front's own is told from the host's.
class FrontTree {
 public:
  FrontTree() {
    std::filesystem::create_directories(folder_ / "bin");
    std::filesystem::copy_file(PINDUS_FRONT_PROGRAM, front());
    set_host("printf 'host<%s>' \"$@\"");
    environment["INDUSAGI_HOME"] = profile();
  }

  [[nodiscard]] std::filesystem::path front() const { return folder_ / "bin/pindus"; }
  [[nodiscard]] std::filesystem::path host() const {
    return folder_ / "libexec/pindus/pindus-host";
  }
  [[nodiscard]] std::filesystem::path profile() const { return folder_ / "profile"; }
  [[nodiscard]] std::filesystem::path vault() const { return profile() / "auth.json"; }

  /// What the script does before it exits.
  void set_host(const std::string& commands) const {
    write_file(host(), "#!/bin/sh\n" + commands + "\nexit 42\n");
    std::filesystem::permissions(host(), std::filesystem::perms::owner_all);
  }

  void store(std::string_view vault_text) const { write_file(vault(), vault_text); }

  [[nodiscard]] ProcessResult run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), front());
    return run_process(std::move(arguments), environment);
  }

  /// `auth key openai` with its streams as a shell directs them.
  [[nodiscard]] ProcessResult run_in_shell(const std::string& redirection) const {
    return run_process({"/bin/sh", "-c", front().string() + " auth key openai " + redirection},
                       environment);
  }

  [[nodiscard]] bool gives_way(const std::vector<std::string>& arguments) const {
    std::string marker = arguments.empty() ? "host<>" : "";
    for (const std::string& argument : arguments) marker += "host<" + argument + ">";
    const ProcessResult result = run(arguments);
    return result.exit_code == 42 && result.out == marker && result.err.empty();
  }

  Variables environment = plain_environment();

 private:
  TemporaryDirectory folder_;
};

}  // namespace pindus::test
