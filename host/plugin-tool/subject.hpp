#pragma once

#include <filesystem>
#include <optional>

#include "core/providers/providers.hpp"
#include "host/plugin-tool/script.hpp"

namespace pindus::plugin_tool {

enum class CheckScope { everything, static_only };

/// What `plugin check` is about: a manifest and the library of one of its methods, or a library
/// alone.
struct Subject {
  std::filesystem::path executable;  ///< of the host: the vendor's trust is measured by it
  std::filesystem::path services_module;
  std::filesystem::path manifest;  ///< empty: a library alone
  Provider provider;               ///< of a library alone: a made-up one
  Method method;
  std::optional<Script> script;
  CheckScope scope = CheckScope::everything;  ///< static_only: perhaps of another machine
};

}  // namespace pindus::plugin_tool
