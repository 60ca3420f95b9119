// libexec/pindus/pindus-host: every command of ours, and the way to the agent.

#include <exception>
#include <string>
#include <vector>

#include "core/base/platform.hpp"
#include "host/cli/descriptors.hpp"
#include "host/cli/program.hpp"

int main(int argc, char** argv) try {
  pindus::hold_standard_descriptors();
  if (pindus::platform::is_privileged_start()) {
    static_cast<void>(pindus::write_line(
        2, "pindus: refuses to start: it would run with rights that its caller doesn't have"));
    return 1;
  }
  pindus::Program program(pindus::Installation::of_this_program());
  return program.run({argv + (argc > 0 ? 1 : 0), argv + argc});
} catch (const std::exception& error) {
  static_cast<void>(pindus::write_text(2, "Internal error: "));
  static_cast<void>(pindus::write_line(2, error.what()));
  return 1;
}
