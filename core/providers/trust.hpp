#pragma once

#include <sys/types.h>

#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/providers/provider.hpp"

namespace pindus {

/// What the trust rule looks at in a component of a path.
struct FileFacts {
  enum class Kind { regular, directory, link, other };
  Kind kind = Kind::other;
  uid_t owner = 0;
  gid_t group = 0;
  /// With the sticky bit; the group's right to write only where the owning group really has it.
  mode_t permissions = 0;
  std::filesystem::path target = {};       ///< of a link, as it is written
  std::vector<uid_t> writing_users = {};   ///< whom an ACL lets write
  std::vector<gid_t> writing_groups = {};  ///< the same
};

/// What the trust rule asks of the system; tests answer in its place.
struct TrustSource {
  /// The facts of a path without following a link; the error is an errno.
  std::function<std::expected<FileFacts, int>(const std::filesystem::path&)> facts;
  /// Whether nobody but `owner` is in `group`: it is the owner's primary one and of the owner's
  /// name, has no other member and no second name, and is nobody else's primary group.
  std::function<bool(uid_t owner, gid_t group)> is_private_group;
  std::function<std::string(uid_t)> user_name;
  std::function<std::string(gid_t)> group_name;
  uid_t user = 0;  ///< the effective one
  /// Who the files of an unmapped user seem to belong to, where uid 0 is one of those.
  std::optional<uid_t> stand_in_for_root;

  [[nodiscard]] static TrustSource of_system();
};

/// Why a path isn't trusted: the component that is to blame, what is wrong with it ("is writable by
/// everyone"), and the command that mends it.
struct Distrust {
  std::filesystem::path component;
  std::string reason;
  std::string hint;
};

/// Decides whether a manifest or library may be used, by who could have put it there. In the vendor
/// layer that is whoever could replace the executable too; elsewhere only root and the user. What
/// is looked at is what the kernel goes through: each component of the path as it is named, the
/// place of a link before what it leads to. What a folder is like is asked once: an object serves
/// one reading of the manifests. One thread.
class PathTrust {
 public:
  /// `executable` is canonical. Where it is empty or can't be examined, the vendor layer has no
  /// privilege over the others.
  PathTrust(TrustSource source, const std::filesystem::path& executable);

  /// Why the regular file at this absolute path isn't trusted; nothing where it is.
  [[nodiscard]] std::optional<Distrust> check(Layer layer, const std::filesystem::path& file) const;

  /// The same of a folder whose files are to be read, before they are.
  [[nodiscard]] std::optional<Distrust> check_folder(Layer layer,
                                                     const std::filesystem::path& folder) const;

 private:
  struct Component {
    std::filesystem::path path;  // as it is named, below folders that are no links
    FileFacts facts;
    bool in_sticky_folder = false;
    bool is_far_above = true;  // above the file and the folder that it is in
  };
  using Components = std::vector<Component>;
  struct Walk {
    Components components;
    std::filesystem::path end;  // without links
    bool ends_in_sticky_folder = false;
  };
  struct Executable {
    uid_t owner = 0;
    std::vector<std::filesystem::path> folders;  // that it is in
    std::vector<gid_t> groups;                   // that could replace it
  };
  struct Judgement {
    std::optional<Distrust> distrust = {};
    std::filesystem::path place = {};  // without links
    bool is_sticky = false;
  };

  [[nodiscard]] const Judgement& judgement_of(Layer layer,
                                              const std::filesystem::path& folder) const;
  [[nodiscard]] Judgement judge(Layer layer, const std::filesystem::path& path,
                                FileFacts::Kind wanted) const;
  [[nodiscard]] std::expected<Walk, Distrust> walk(const std::filesystem::path& path,
                                                   std::size_t near_end) const;
  [[nodiscard]] std::expected<FileFacts, int> facts_of(const std::filesystem::path& path) const;
  [[nodiscard]] std::optional<Distrust> check_component(Layer layer,
                                                        const Component& component) const;
  [[nodiscard]] std::optional<Distrust> check_as_vendor(const Component& component,
                                                        const Executable& executable) const;
  [[nodiscard]] std::optional<Distrust> check_strictly(const Component& component) const;
  [[nodiscard]] std::optional<Distrust> wrong_owner(const Component& component) const;
  [[nodiscard]] std::optional<Distrust> writable(
      const Component& component, const std::function<bool(uid_t)>& is_trusted_user,
      const std::function<bool(gid_t)>& is_trusted_group) const;
  [[nodiscard]] bool is_root_or_user(uid_t owner) const noexcept;

  TrustSource source_;
  std::optional<Executable> executable_;
  /// The files of a layer have all but one component in common, and layers have some.
  mutable std::map<std::pair<Layer, std::string>, Judgement> judgements_;
  mutable std::map<std::string, FileFacts, std::less<>> folders_;
};

}  // namespace pindus
