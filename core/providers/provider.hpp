#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/auth_kind.hpp"
#include "core/base/fault.hpp"
#include "core/base/json.hpp"
#include "core/providers/api.hpp"

namespace pindus {

/// Where a manifest came from, the lowest first; a higher one is merged over a lower one.
enum class Layer {
  vendor,
  administrator,
  discovered,  ///< what a sign-in at an address learned: PROFILE/discovered
  user,
  environment,
  command_line
};
[[nodiscard]] std::string_view layer_name(Layer layer) noexcept;

/// Something that a method asks before anything else (`questions` in the manifest).
struct Question {
  enum class Kind { text, host };
  std::string name;
  std::string ask;
  std::string default_answer;
  Kind kind = Kind::text;
  bool required = false;  ///< a blank answer is none, where there is no default
};

/// One way to sign in at a provider.
struct Method {
  std::string name = {};  ///< its key among the manifest's methods: "oauth", "device"
  AuthKind kind = AuthKind::api_key;
  std::string label = {};  ///< what people call it, "device code"; may be empty
  std::string library;     ///< bare file name, "pkce.so"
  std::string abi;         ///< "1.0"
  std::map<std::string, std::string, std::less<>> options;
  std::vector<Question> questions;
  /// The canonical path of the library; empty where it isn't installed or is refused.
  std::filesystem::path library_path;
  /// Why library_path is empty: one sentence and what to do; else empty.
  Reason unavailable;
  /// Whether `token_url` was named by a later file than `revoke_url`, and may have left it behind.
  bool revoke_url_is_older = false;
  std::filesystem::path manifest;  ///< that named the library
  Layer layer = Layer::vendor;     ///< of that manifest

  [[nodiscard]] bool available() const noexcept { return !library_path.empty(); }
  /// An option's value; empty where it isn't there.
  [[nodiscard]] std::string_view option(std::string_view wanted) const noexcept;
};

/// The kind's name in manifests and on the command line, "api-key" or "oauth", which is also that
/// of a method of this kind where a provider doesn't call it otherwise.
[[nodiscard]] std::string_view kind_name(AuthKind kind) noexcept;
/// The reverse; nothing for a kind that we don't know.
[[nodiscard]] std::optional<AuthKind> kind_named(std::string_view name) noexcept;

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
  Api api = {};  ///< how requests reach it
  bool enabled = true;
  /// Why nothing may be asked of its servers: a file that names it is refused, and might have moved
  /// it. What the other files say still serves for reading and listing.
  std::optional<Reason> refused = {};
  /// Where a stranger's words may lead its requests besides the public network (see
  /// services/neighbourhood): a private block, or nowhere; nothing where no stranger wrote it.
  std::optional<std::string> network = {};
  std::vector<Method> methods;  ///< those of kind oauth first, each in the manifests' order
  std::vector<ManifestFile> files;
  Json merged;  ///< the merged manifest, for `plugin show`

  /// The first method of that kind, which is the one that a record means which names none; null
  /// where there is none.
  [[nodiscard]] const Method* method(AuthKind kind) const noexcept;
  /// The method of that kind whose name a record keeps (see noted_name); null where there is none.
  [[nodiscard]] const Method* noted_method(AuthKind kind, std::string_view name) const noexcept;
  /// The method that somebody asks for by name. The name of a kind that no method has means the
  /// first of that kind that is available, else the first; null where there is none.
  [[nodiscard]] const Method* asked_method(std::string_view name) const noexcept;
  /// What a record keeps as its method: the name where it isn't the first of its kind, else
  /// nothing.
  [[nodiscard]] std::string_view noted_name(const Method& method) const noexcept;
};

}  // namespace pindus
