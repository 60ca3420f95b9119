#pragma once

#include <string>
#include <vector>

#include "core/providers/manifest.hpp"

namespace pindus {

/// The manifests of one provider as one, and which file gave what.
struct MergedManifest {
  Json json;
  /// One for each manifest, in their order.
  std::vector<ManifestFile> files;

  /// The manifest that gave the value at this pointer; null where none did.
  [[nodiscard]] const Manifest* giver(std::span<const Manifest> manifests,
                                      std::string_view pointer) const;
};

/// Merges manifests of the same id (RFC 7396), each over those before it.
[[nodiscard]] MergedManifest merge_manifests(std::span<const Manifest> manifests);

}  // namespace pindus
