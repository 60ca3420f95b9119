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
  /// What a test that fails means for those after it.
  enum class Weight { alone, ends_all };

  std::string name;
  std::string description;  ///< what it tells, as a clause: "it exports the entry and nothing else"
  std::function<CheckResult(const Subject&)> run;
  Weight weight = Weight::alone;
};

/// What the names of the tests begin with in which one host service fails.
inline constexpr std::string_view failing_service = "failing ";

/// Those that only look at the files: what a package's build can run for another machine's plugin.
[[nodiscard]] std::vector<ConformanceTest> static_tests();

/// Those that load and call the plugin: the descriptor, and what the script makes possible.
[[nodiscard]] std::vector<ConformanceTest> descriptor_tests();
[[nodiscard]] std::vector<ConformanceTest> behaviour_tests();

/// Those of the latter about secrets, and about what the record is to hold.
[[nodiscard]] std::vector<ConformanceTest> secret_tests();
[[nodiscard]] std::vector<ConformanceTest> record_tests();

}  // namespace pindus::plugin_tool
