#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "host/plugin-tool/check_result.hpp"
#include "host/plugin-tool/subject.hpp"

namespace pindus::plugin_tool {

/// One test of `plugin check`. Runs in a process of its own.
struct ConformanceTest {
  std::string name;
  std::function<CheckResult(const Subject&)> run;
};

/// The test that the others of descriptor and behaviour need to have succeeded.
inline constexpr std::string_view load_test = "load";

/// What the names of the tests begin with in which one host service fails.
inline constexpr std::string_view failing_service = "failing ";

/// Those that only look at the files: what a package's build can run for another machine's plugin.
[[nodiscard]] std::vector<ConformanceTest> static_tests(const Subject& subject);

/// Those that load and call the plugin: the descriptor, and what the script makes possible.
[[nodiscard]] std::vector<ConformanceTest> descriptor_tests(const Subject& subject);
[[nodiscard]] std::vector<ConformanceTest> behaviour_tests(const Subject& subject);

}  // namespace pindus::plugin_tool
