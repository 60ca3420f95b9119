#include "core/vault/vault_place.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/base/platform.hpp"
#include "core/vault/file_fault.hpp"

namespace pindus {

Result<VaultPlace> VaultPlace::find(const std::filesystem::path& link) {
  VaultPlace place;
  place.file = link;
  for (int followed = 0;; ++followed) {
    std::error_code error;
    const auto target = std::filesystem::read_symlink(place.file, error);
    if (error.value() == EINVAL || error.value() == ENOENT) break;
    if (error) return std::unexpected(file_fault(place.file, "looked at", error.value()));
    if (followed == 40) return std::unexpected(file_fault(link, "written", ELOOP));
    place.file = place.file.parent_path() / target;
  }
  place.folder = platform::open_folder(place.file.parent_path());
  if (!place.folder.is_open()) {
    return std::unexpected(file_fault(place.file.parent_path(), "opened", errno));
  }
  place.name = place.file.filename();
  return place;
}

Result<std::optional<struct stat>> VaultPlace::look_at(const std::string& name_in_folder) const {
  struct stat status = {};
  if (::fstatat(folder.get(), name_in_folder.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    return status;
  }
  if (errno == ENOENT) return std::nullopt;
  return std::unexpected(file_fault(beside(name_in_folder), "looked at", errno));
}

Result<void> VaultPlace::check_replaceable() const {
  const auto status = TRY(look_at(name));
  if (!status) return {};
  if (!S_ISREG(status->st_mode)) return std::unexpected(not_a_file_fault(file));
  if (platform::is_mount_point(folder.get(), name)) {
    return fail(FaultKind::vault,
                fmt::format("{} is a mount point of its own and can't be replaced", file.string()),
                fmt::format("mount its folder {} instead", file.parent_path().string()));
  }
  const uid_t user = ::geteuid();
  if (user == 0 ? platform::is_nobody_here(status->st_uid) : status->st_uid != user) {
    return fail(FaultKind::vault,
                fmt::format("{} belongs to another user (uid {}) and would have to be given back",
                            file.string(), status->st_uid),
                "run pindus as that user");
  }
  return {};
}

std::vector<std::string> names_in(const VaultPlace& place) {
  std::vector<std::string> names;
  // Another open of the folder: reading moves the place where it reads.
  const int folder =
      ::openat(place.folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (folder < 0) return names;
  DIR* entries = ::fdopendir(folder);
  if (entries == nullptr) {
    ::close(folder);
    return names;
  }
  while (const dirent* entry = ::readdir(entries)) names.emplace_back(entry->d_name);
  ::closedir(entries);
  return names;
}

}  // namespace pindus
