// libexec/pindus/pindus-host: every command of ours, and the way to the agent.

#include <limits.h>

#include <cerrno>
#include <exception>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "host/descriptors.hpp"
#include "host/front/platform.hpp"
#include "host/program.hpp"

namespace {

std::filesystem::path executable() {
  char path[PATH_MAX];
  const std::size_t size = pindus::front::executable_path(path, sizeof path);
  if (size == 0) throw std::system_error(errno, std::generic_category(), "this program's own path");
  return {path, path + size};
}

}  // namespace

int main(int argc, char** argv) try {
  pindus::hold_standard_descriptors();
  const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  pindus::Program program(executable());
  if (const auto code = program.run_command(args)) return *code;
  return program.run_agent(args);
} catch (const std::exception& error) {
  static_cast<void>(pindus::write_text(2, "Internal error: "));
  static_cast<void>(pindus::write_line(2, error.what()));
  return 1;
}
