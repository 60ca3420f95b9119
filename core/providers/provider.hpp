#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/auth_kind.hpp"
#include "core/base/fault.hpp"

namespace pindus {

/// Where a manifest came from, the lowest first; a higher one is merged over a lower one.
enum class Layer { vendor, administrator, user, environment, command_line };
[[nodiscard]] std::string_view layer_name(Layer layer) noexcept;

/// Something that a method asks before anything else (`questions` in the manifest).
struct Question {
  enum class Kind { text, host };
  std::string name;
  std::string ask;
  std::string default_answer;
  Kind kind = Kind::text;
};

/// One way to sign in at a provider.
struct Method {
  AuthKind kind = AuthKind::api_key;
  std::string library;  ///< bare file name, "pkce.so"
  std::string abi;      ///< "1.0"
  std::map<std::string, std::string, std::less<>> options;
  std::vector<Question> questions;
  /// The canonical path of the library; empty where it isn't installed or is refused.
  std::filesystem::path library_path;
  /// Why library_path is empty: one sentence and what to do; else empty.
  Reason unavailable;
  std::filesystem::path manifest;  ///< that named the library
  Layer layer = Layer::vendor;     ///< of that manifest

  [[nodiscard]] bool available() const noexcept { return !library_path.empty(); }
  /// An option's value; empty where it isn't there.
  [[nodiscard]] std::string_view option(std::string_view name) const noexcept;
};

/// The method's name in manifests and on the command line: "api-key" or "oauth".
[[nodiscard]] std::string_view method_name(AuthKind kind) noexcept;

/// A manifest file that had a part in a provider.
struct ManifestFile {
  std::filesystem::path path;
  Layer layer = Layer::vendor;
  std::vector<std::string> gave;       ///< JSON pointers of the values that stand in the merge
  std::vector<std::string> hidden;     ///< those that a later file replaced or removed
  std::vector<std::string> overrides;  ///< those of earlier files that it replaced or removed
};

/// A provider: the merge of all the manifests of its id.
struct Provider {
  std::string id;
  std::string label;
  std::vector<std::string> env;  ///< environment variables that may hold a key, in their order
  std::string docs_url;
  bool enabled = true;
  /// Why nothing may be asked of its servers: a file that names it is refused, and might have moved
  /// it. What the other files say still serves for reading and listing.
  std::optional<Reason> refused = {};
  std::vector<Method> methods;  ///< oauth first
  std::vector<ManifestFile> files;
  std::string merged_json;  ///< the merged manifest on one line, for `plugin show`

  [[nodiscard]] const Method* method(AuthKind kind) const noexcept;
};

}  // namespace pindus
