#include <fmt/core.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/platform.hpp"
#include "core/providers/trust.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

// The buffer that getpwuid_r and getgrgid_r put their strings in; large groups need a large one.
constexpr std::size_t entry_size = 256 * 1024;

struct Account {
  std::string name;
  gid_t group = 0;
};

std::optional<Account> account_of(uid_t user) {
  std::vector<char> buffer(entry_size);
  passwd entry = {};
  passwd* found = nullptr;
  if (getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return std::nullopt;
  }
  return Account{found->pw_name, found->pw_gid};
}

std::optional<std::string> name_of_group(gid_t group) {
  std::vector<char> buffer(entry_size);
  struct group entry = {};
  struct group* found = nullptr;
  if (getgrgid_r(group, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return std::nullopt;
  }
  return found->gr_name;
}

std::expected<FileFacts, int> facts_of(const fs::path& path) {
  struct stat status = {};
  if (lstat(path.c_str(), &status) != 0) return std::unexpected(errno);
  const auto kind = S_ISREG(status.st_mode)   ? FileFacts::Kind::regular
                    : S_ISDIR(status.st_mode) ? FileFacts::Kind::directory
                                              : FileFacts::Kind::other;
  return FileFacts{kind, status.st_uid, status.st_gid, status.st_mode & 07777};
}

bool has_as_private_group(uid_t owner, gid_t group) {
  const auto account = account_of(owner);
  return account && account->group == group && name_of_group(group) == account->name;
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
    return name_of_group(group).value_or(fmt::format("{}", group));
  };
  source.user = geteuid();
  source.stand_in_for_root = platform::stand_in_for_root();
  return source;
}

}  // namespace pindus
