#pragma once

#include <expected>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/providers/manifest_checks.hpp"
#include "core/providers/providers.hpp"

namespace pindus {

/// A file that describes something besides a provider, checked.
struct DescribingFile {
  std::string id;  ///< in lower case
  Json json;
  std::vector<StrayMember> strays = {};  ///< what was perhaps meant otherwise
};

/// The error ends a sentence that begins with the file's name.
using ParseDescribingFile =
    std::function<std::expected<DescribingFile, std::string>(std::string_view text)>;

/// What the files of all layers say together, and what is wrong with those that are left out.
struct LayeredDocuments {
  std::map<std::string, Json> by_id = {};
  std::vector<DirectoryWarning> warnings = {};
};

/// Reads and merges (RFC 7396) the files of the folders of that name in all layers, as manifests
/// are read and merged, and under the same trust. Any thread.
[[nodiscard]] LayeredDocuments read_layered_documents(const DirectoryOptions& options,
                                                      const std::string& folder_name,
                                                      const ParseDescribingFile& parse);

}  // namespace pindus
