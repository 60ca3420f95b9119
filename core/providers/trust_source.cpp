#include <fmt/core.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/platform.hpp"
#include "core/providers/posix_acl.hpp"
#include "core/providers/trust.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

// The buffer that getpwuid_r and getgrgid_r put their strings in; large groups need a large one.
constexpr std::size_t longest_entry = 256 * 1024;

struct UserEntry {
  std::string name;
  gid_t group = 0;
};

std::optional<UserEntry> account_of(uid_t user) {
  std::vector<char> buffer(longest_entry);
  passwd entry = {};
  passwd* found = nullptr;
  if (getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return std::nullopt;
  }
  return UserEntry{found->pw_name, found->pw_gid};
}

struct Group {
  std::string name;
  std::vector<std::string> members;  // but for those whose primary group it is
};

Group copy_of(const struct ::group& entry) {
  Group copy{entry.gr_name, {}};
  for (char** member = entry.gr_mem; *member != nullptr; ++member) copy.members.push_back(*member);
  return copy;
}

std::optional<Group> group_of(gid_t number) {
  std::vector<char> buffer(longest_entry);
  struct ::group entry = {};
  struct ::group* found = nullptr;
  if (getgrgid_r(number, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return std::nullopt;
  }
  return copy_of(*found);
}

// The process has one position in either list of the system.
std::mutex& one_enumeration() {
  static std::mutex mutex;
  return mutex;
}

// Whether it is the primary group of another account. Those that the system doesn't enumerate (a
// large network directory) can't be seen.
bool is_primary_group_of_others(uid_t owner, gid_t number) {
  const std::lock_guard lock(one_enumeration());
  bool found = false;
  setpwent();
  while (const passwd* entry = getpwent()) {  // NOLINT(concurrency-mt-unsafe)
    found = found || (entry->pw_gid == number && entry->pw_uid != owner);
  }
  endpwent();
  return found;
}

// All entries of that number: it may have several, and the kernel knows no names.
std::vector<Group> groups_of(gid_t number) {
  const std::lock_guard lock(one_enumeration());
  std::vector<Group> groups;
  setgrent();
  while (const struct ::group* entry = getgrent()) {  // NOLINT(concurrency-mt-unsafe)
    if (entry->gr_gid == number) groups.push_back(copy_of(*entry));
  }
  endgrent();
  return groups;
}

std::expected<FileFacts, int> facts_of(const fs::path& path) {
  struct stat status = {};
  if (lstat(path.c_str(), &status) != 0) return std::unexpected(errno);
  FileFacts facts;
  facts.owner = status.st_uid;
  facts.group = status.st_gid;
  facts.permissions = status.st_mode & 07777;
  if (S_ISLNK(status.st_mode)) {
    facts.kind = FileFacts::Kind::link;
    std::error_code error;
    facts.target = fs::read_symlink(path, error);
    if (error) return std::unexpected(error.value());
    return facts;
  }
  facts.kind = S_ISREG(status.st_mode)   ? FileFacts::Kind::regular
               : S_ISDIR(status.st_mode) ? FileFacts::Kind::directory
                                         : FileFacts::Kind::other;
  const auto acl = platform::access_acl(path);
  if (!acl) return std::unexpected(acl.error());
  if (acl->empty()) return facts;
  auto writers = parse_acl(*acl);
  if (!writers) return std::unexpected(EBADMSG);
  if (!writers->owning_group) facts.permissions &= ~mode_t{S_IWGRP};
  facts.writing_users = std::move(writers->users);
  facts.writing_groups = std::move(writers->groups);
  return facts;
}

bool has_as_private_group(uid_t owner, gid_t number) {
  const auto account = account_of(owner);
  const auto group = group_of(number);
  if (!account || !group || account->group != number) return false;
  const auto is_the_owners = [&](const Group& entry) {
    return entry.name == account->name &&
           std::ranges::all_of(entry.members,
                               [&](const std::string& member) { return member == account->name; });
  };
  return is_the_owners(*group) && std::ranges::all_of(groups_of(number), is_the_owners) &&
         !is_primary_group_of_others(owner, number);
}

}  // namespace

TrustSource TrustSource::of_system() {
  TrustSource source;
  // Asked of a network directory, one answer may take longer than all the rest.
  source.is_private_group = [known = std::map<std::pair<uid_t, gid_t>, bool>()](
                                uid_t owner, gid_t group) mutable {
    const auto [entry, is_new] = known.try_emplace({owner, group}, false);
    if (is_new) entry->second = has_as_private_group(owner, group);
    return entry->second;
  };
  // The files of one folder share all of their path but its end.
  source.facts = [known = std::unordered_map<std::string, std::expected<FileFacts, int>>()](
                     const fs::path& path) mutable {
    const auto entry = known.find(path.native());
    if (entry != known.end()) return entry->second;
    return known.emplace(path.native(), facts_of(path)).first->second;
  };
  source.user_name = [](uid_t user) {
    const auto account = account_of(user);
    return account ? account->name : fmt::format("{}", user);
  };
  source.group_name = [](gid_t group) {
    const auto found = group_of(group);
    return found ? found->name : fmt::format("{}", group);
  };
  source.user = geteuid();
  source.stand_in_for_root = platform::stand_in_for_root();
  return source;
}

}  // namespace pindus
