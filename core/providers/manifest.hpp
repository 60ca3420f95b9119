#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/providers/manifest_checks.hpp"
#include "core/providers/providers.hpp"

namespace pindus {

/// The largest manifest file that is read.
inline constexpr std::size_t manifest_size_limit = 1 << 20;

/// Whether a method may have that name.
[[nodiscard]] bool is_method_name(std::string_view name);

/// One manifest file. Its members have the right types, where they aren't null; whether it is whole
/// shows only after the merge.
struct Manifest {
  std::filesystem::path path;  ///< canonical
  Layer layer = Layer::vendor;
  std::filesystem::path libraries;  ///< where the layer's shared objects are
  std::string id;                   ///< in lower case
  Json json;
  /// Methods that it has, of a kind that this version doesn't know.
  std::vector<std::string> unknown_methods;
  std::vector<StrayMember> strays;  ///< what was perhaps meant otherwise
};

/// Reads what a manifest file says; `path`, `layer` and `libraries` are the caller's to fill in.
/// The error ends a sentence that begins with the file's name: "is not used: ...".
[[nodiscard]] std::expected<Manifest, std::string> parse_manifest(std::string_view text);

/// What of it nobody reads, for warnings that call it `file`: methods of an unknown kind, and
/// members that are perhaps misspelt.
[[nodiscard]] std::vector<Reason> passed_over_in(const Manifest& manifest,
                                                 const std::filesystem::path& file);

}  // namespace pindus
