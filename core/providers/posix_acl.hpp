#pragma once

#include <sys/types.h>

#include <optional>
#include <string_view>
#include <vector>

namespace pindus {

/// Whom an access ACL lets write, beside the owner and everyone (those two are in the mode).
struct AclWriters {
  bool owning_group = false;  ///< in the mode its bit stands for all of an ACL's groups and users
  std::vector<uid_t> users;
  std::vector<gid_t> groups;
};

/// Reads an access ACL in the form of its extended attribute (platform::access_acl). Nothing where
/// it isn't of that form.
[[nodiscard]] std::optional<AclWriters> parse_acl(std::string_view attribute);

}  // namespace pindus
