#pragma once

#include <fmt/format.h>

#include "host/plugin-tool/check_result.hpp"
#include "host/plugin-tool/subject.hpp"

namespace pindus::plugin_tool {

/// Calls `function` with each run of the script, until one says something, which then says of which
/// run it is.
template <typename Function>
CheckResult for_each_run(const Subject& subject, Function function) {
  if (!subject.script) return success();
  const auto& runs = subject.script->runs;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    CheckResult result = function(runs[i]);
    if (result.status == Status::success) continue;
    result.why.message = fmt::format("run {} ({}): {}", i + 1, operation_name(runs[i].operation),
                                     result.why.message);
    return result;
  }
  return success();
}

}  // namespace pindus::plugin_tool
