#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <pindus/plugin.h>

#include "core/base/environment.hpp"
#include "core/base/fault.hpp"
#include "core/providers/provider.hpp"

namespace pindus {

/// An option of a method, and a line about it.
struct OptionHelp {
  std::string name;
  std::string help;
};

/// What stands in an option's place: the value of the environment variable that the manifest names
/// as NAME_env, where that is set and not blank.
[[nodiscard]] std::optional<std::string> option_from_environment(const Method& method,
                                                                 const Environment& environment,
                                                                 std::string_view name);

/// What a manifest may say to every method, whatever its plugin. Lives as long as the process.
[[nodiscard]] std::span<const OptionHelp> options_of_every_method();

/// An option that nobody reads.
struct UnknownOption {
  std::string name;
  std::string near;  ///< the name that was perhaps meant; may be empty
};

/// What a plugin says of the options of its method.
struct OptionGuide {
  bool described = false;           ///< whether the plugin lists its options at all
  std::vector<OptionHelp> options;  ///< in the plugin's order; each on one line, printable
  /// Options of the manifest that neither the plugin nor the host reads. Of a plugin that lists
  /// none only those that resemble one of every method's.
  std::vector<UnknownOption> unknown;

  /// Whether the plugin or the host reads an option of that name, NAME_env included. False for
  /// every other name also where the plugin lists none.
  [[nodiscard]] bool knows(std::string_view name) const;
  /// The known name that was perhaps meant, of equally near ones the first; may be empty.
  [[nodiscard]] std::string nearest(std::string_view name) const;
};

/// Reads the list in the descriptor of a plugin that load_plugin() gave, and compares it with the
/// manifest's options. Any thread.
[[nodiscard]] OptionGuide guide_of(const pindus_plugin_1& plugin, const Method& method);

/// The same of a method's plugin, which is loaded for that, as for a sign-in: its file is one that
/// the providers trust. Why it can't be, otherwise. Any thread.
[[nodiscard]] std::expected<OptionGuide, Reason> explain_options(const Method& method);

/// What is wrong with an unknown option, for a report or a fault.
[[nodiscard]] Reason told(const UnknownOption& option, const Method& method);

}  // namespace pindus
