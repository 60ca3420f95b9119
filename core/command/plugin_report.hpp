#pragma once

#include <expected>
#include <span>
#include <string>

#include "core/providers/providers.hpp"
#include "core/session/option_guide.hpp"

namespace pindus {

/// For a person, on several lines without a final newline; or for a program, one line of JSON.
enum class ReportFormat { text, json };

/// A method, and what its plugin says of its options or why it can't.
struct MethodOptions {
  const Method& method;
  std::expected<OptionGuide, Reason> guide;
};

/// What `pindus plugin list` prints: each provider with its methods (library, where it is or why it
/// isn't used), the files that it is made of (layer, and which values each overrides or had hidden
/// by a later one), and what was refused and why. Opens no file. Any thread.
[[nodiscard]] std::string plugin_list(const ProviderDirectory& directory, ReportFormat format);

/// What `pindus plugin show` prints: the merged manifest with the file that gave each value. The
/// value of a client_secret is left out. As JSON also what the plugins say of their options, which
/// as text is for options_as_text(). Opens no file. Any thread.
[[nodiscard]] std::string plugin_show(const Provider& provider,
                                      std::span<const MethodOptions> options, ReportFormat format);

/// What `pindus plugin show` prints after all else of one method: each option with its plugin's own
/// line, those that nobody knows, or why the plugin can't say. Any thread.
[[nodiscard]] std::string options_as_text(const MethodOptions& options);
/// ... and of all methods: the options that the host reads.
[[nodiscard]] std::string options_of_every_method_as_text();

}  // namespace pindus
