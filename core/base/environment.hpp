#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pindus {

/// Where environment variables come from: the process, or a test's own table. A copy shares the
/// source. Any thread.
class Environment {
 public:
  using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

  /// The variables of this process.
  [[nodiscard]] static Environment of_process();
  explicit Environment(Lookup lookup) : lookup_(std::move(lookup)) {}

  /// The variable's value; nothing where it isn't set. An empty value is a value.
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const {
    return lookup_(name);
  }

  /// The same, but nothing for a value that is empty or only blanks.
  [[nodiscard]] std::optional<std::string> get_nonblank(std::string_view name) const;

 private:
  Lookup lookup_;
};

}  // namespace pindus
