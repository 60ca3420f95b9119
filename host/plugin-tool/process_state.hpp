#pragma once

#include <set>
#include <string>
#include <vector>

namespace pindus::plugin_tool {

/// What a plugin has to leave as it found it.
struct ProcessState {
  std::set<std::string> threads;      ///< the number of each
  std::set<std::string> descriptors;  ///< "5 -> /path"
  std::vector<std::string> signals;   ///< the disposition of each
  std::string directory;
  std::vector<std::string> environment;
  std::string locale;
};

/// The numbers of this process's threads.
[[nodiscard]] std::set<std::string> running_threads();

/// Looks at this process.
[[nodiscard]] ProcessState process_state();

/// What changed, as a clause ("it left a thread running"); empty: nothing. Descriptors are compared
/// between `second` and `third` (libraries open some once), all else between `first` and `third`:
/// of threads may have come those that the host began itself.
[[nodiscard]] std::string change_between(const ProcessState& first, const ProcessState& second,
                                         const ProcessState& third,
                                         const std::set<std::string>& hosts_threads);

}  // namespace pindus::plugin_tool
