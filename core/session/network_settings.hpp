#pragma once

#include <string>
#include <vector>

#include "core/base/environment.hpp"
#include "core/base/fault.hpp"

namespace pindus {

/// How requests leave this machine, as the environment has it.
struct NetworkSettings {
  std::vector<std::string> proxies = {};  ///< "https_proxy=http://proxy:3128"; never a password
  std::string authorities = {};           ///< those that servers are checked against
  std::vector<Reason> problems = {};      ///< a file of authorities that can't be read, say
};

/// Reads the variables, and the files that they name. Any thread.
[[nodiscard]] NetworkSettings network_settings(const Environment& environment);

}  // namespace pindus
