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

/// Looks at this process.
[[nodiscard]] ProcessState process_state();

/// What changed, as a clause ("it left a thread running"); empty: nothing. Threads and descriptors
/// are compared between `second` and `third` (libraries begin and open some once), the others
/// between `first` and `third`.
[[nodiscard]] std::string change_between(const ProcessState& first, const ProcessState& second,
                                         const ProcessState& third);

}  // namespace pindus::plugin_tool
