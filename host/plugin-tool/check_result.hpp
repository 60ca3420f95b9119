#pragma once

#include <string>
#include <string_view>

#include "core/base/fault.hpp"

namespace pindus::plugin_tool {

/// How one test of `plugin check` ended.
enum class Status { success, warning, skipped, failed, crashed, timeout };

/// The word for it in reports: "success", "warning", ...
[[nodiscard]] std::string_view status_name(Status status) noexcept;

/// The status of that word; `crashed` for any other, which only a child that broke can say.
[[nodiscard]] Status status_of(std::string_view name) noexcept;

/// What one test found.
struct CheckResult {
  Status status = Status::success;
  std::string rule;  ///< the rule of CONTRACT.md that it is about: "P3"
  Reason why;        ///< empty on success
};

/// Shorthands for tests.
[[nodiscard]] inline CheckResult success() {
  return {};
}
[[nodiscard]] inline CheckResult failed(std::string rule, Reason why) {
  return {Status::failed, std::move(rule), std::move(why)};
}
[[nodiscard]] inline CheckResult failed(std::string rule, std::string message,
                                        std::string hint = {}) {
  return failed(std::move(rule), Reason{std::move(message), std::move(hint)});
}
[[nodiscard]] inline CheckResult warning(std::string rule, std::string message,
                                         std::string hint = {}) {
  return {Status::warning, std::move(rule), {std::move(message), std::move(hint)}};
}
[[nodiscard]] inline CheckResult skipped(std::string message, std::string hint = {}) {
  return {Status::skipped, {}, {std::move(message), std::move(hint)}};
}

}  // namespace pindus::plugin_tool
