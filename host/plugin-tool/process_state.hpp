#pragma once

#include <set>
#include <string>
#include <vector>

namespace pindus::plugin_tool {

/// What a plugin has to leave as it found it.
struct ProcessState {
  std::size_t threads = 0;
  std::set<std::string> descriptors;  ///< "5 -> /path"
  std::vector<std::string> signals;   ///< the disposition of each
  std::string directory;
  std::vector<std::string> environment;
  std::string locale;
};

/// How many threads this process has.
[[nodiscard]] std::size_t running_threads();

/// Looks at this process.
[[nodiscard]] ProcessState process_state();

/// What changed, as a clause ("it left a thread running"); empty: nothing. Descriptors are compared
/// between `second` and `third` (libraries open some once), all else between `first` and `third`:
/// of threads may have come as many as the host began itself.
[[nodiscard]] std::string change_between(const ProcessState& first, const ProcessState& second,
                                         const ProcessState& third, std::size_t hosts_threads);

}  // namespace pindus::plugin_tool
