#pragma once

#include <chrono>
#include <functional>

#include "host/plugin-tool/check_result.hpp"

namespace pindus::plugin_tool {

/// Runs one test in a process of its own: standard input closed, standard output and error caught
/// (whatever the plugin prints is a failure), ended after `limit`. What the test returns comes back
/// through a pipe; a child that ends otherwise has crashed, and the message says by which signal or
/// exit status.
[[nodiscard]] CheckResult run_in_child(const std::function<CheckResult()>& test,
                                       std::chrono::seconds limit);

}  // namespace pindus::plugin_tool
