#pragma once

#include <map>
#include <string>
#include <vector>

#include "host/plugin-tool/observed_host.hpp"
#include "host/plugin-tool/subject.hpp"

namespace pindus::plugin_tool {

/// Who falls silent in a run: the session is stopped then.
enum class Silent { nobody, from_the_start, person, sleep, server };

/// What a run came to.
struct RunResult {
  SessionOutcome outcome;
  std::vector<std::string> said;     ///< every line that reached the person, log lines included
  std::vector<std::string> secrets;  ///< what the person typed that nobody may see
  std::string difference;            ///< from the script; empty: none
  bool asked = false;                ///< the server was asked something
  bool goes_another_way = false;     ///< it was asked at another address than the script expects
  bool waited = false;               ///< the one who should fall silent was reached
  double seconds_after_stop = 0;     ///< between the stop and the plugin's return
};

/// Plays one run of the script against the plugin, in this process, with the given host table
/// (normally observed_host()).
[[nodiscard]] RunResult play(const Subject& subject, const ScriptRun& run,
                             const pindus_host_1& host, Silent silent = Silent::nobody);

/// The record that an outcome leads to: its members, "private/NAME" and `lifetime_s`.
[[nodiscard]] std::map<std::string, std::string> record_of(const SessionOutcome& outcome);

/// What differs between the run's end and the script's `record` and `result`; empty: nothing.
[[nodiscard]] std::string difference_in_result(const ScriptRun& run, const RunResult& result);

}  // namespace pindus::plugin_tool
