#pragma once

#include <string>

#include "core/providers/providers.hpp"

namespace pindus {

/// For a person, on several lines without a final newline; or for a program, one line of JSON.
enum class ReportFormat { text, json };

/// What `pindus plugin list` prints: each provider with its methods (library, where it is or why it
/// isn't used), the files that it is made of (layer, and which values each overrides or had hidden
/// by a later one), and what was refused and why. Opens no file. Any thread.
[[nodiscard]] std::string plugin_list(const ProviderDirectory& directory, ReportFormat format);

/// What `pindus plugin show` prints: the merged manifest with the file that gave each value. The
/// value of a client_secret is left out. Opens no file. Any thread.
[[nodiscard]] std::string plugin_show(const Provider& provider, ReportFormat format);

}  // namespace pindus
