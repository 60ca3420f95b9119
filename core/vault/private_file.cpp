#include "core/vault/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/platform.hpp"
#include "core/vault/file_fault.hpp"

namespace pindus {
namespace {

constexpr mode_t permissions = 07777;

// Makes `name` in `parent`. By descriptors and without following a link: somebody who may write in
// `parent` could put a link in the new directory's place.
std::expected<void, int> make_directory_in(const FileDescriptor& parent, const std::string& name) {
  if (::mkdirat(parent.get(), name.c_str(), 0700) != 0) return std::unexpected(errno);
  struct stat status = {};
  if (::fstatat(parent.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return std::unexpected(errno);
  }
  // The umask took from it. Where the file system keeps no modes there is nothing to be done.
  if ((status.st_mode & 0700) != 0700) {
    (void)::fchmodat(parent.get(), name.c_str(), 0700, AT_SYMLINK_NOFOLLOW);
  }
  const FileDescriptor made(
      ::openat(parent.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!made.is_open()) return std::unexpected(errno);
  return give_to_owner_of(parent.get(), made.get());
}

}  // namespace

std::expected<FileDescriptor, int> make_private_file(int folder, const std::string& name) {
  FileDescriptor file(
      ::openat(folder, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  struct stat status = {};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) return std::unexpected(errno);
  // Some file systems refuse it, some ignore it.
  if ((status.st_mode & permissions) != 0600) (void)::fchmod(file.get(), 0600);
  return file;
}

Result<void> make_private_directory(const std::filesystem::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return {};
    return std::unexpected(file_fault(path, "used as a directory", ENOTDIR));
  }
  if (errno != ENOENT || !path.has_relative_path()) {
    return std::unexpected(file_fault(path, "made", errno));
  }
  TRY(make_private_directory(path.parent_path()));
  const FileDescriptor parent = platform::open_folder(path.parent_path());
  if (!parent.is_open()) return std::unexpected(file_fault(path, "made", errno));
  const auto made = make_directory_in(parent, path.filename());
  if (!made && made.error() != EEXIST) {
    return std::unexpected(file_fault(path, "made", made.error()));
  }
  return {};
}

std::expected<void, int> give_to(uid_t owner, gid_t group, int file) {
  struct stat status = {};
  if (::fstat(file, &status) != 0) return std::unexpected(errno);
  // Some file systems give all their files to one user.
  if (status.st_uid != owner && ::fchown(file, owner, static_cast<gid_t>(-1)) != 0) {
    return std::unexpected(errno);
  }
  // The group has no say over mode 0600; kept it is where it can be.
  if (status.st_gid != group) (void)::fchown(file, static_cast<uid_t>(-1), group);
  return {};
}

std::expected<void, int> give_to_owner_of(int directory, int file) {
  if (::geteuid() != 0) return {};
  struct stat status = {};
  if (::fstat(directory, &status) != 0) return std::unexpected(errno);
  if (status.st_uid == 0 || platform::is_nobody_here(status.st_uid)) return {};
  return give_to(status.st_uid, status.st_gid, file);
}

std::expected<void, int> write_whole(int file, std::string_view text) {
  off_t at = 0;
  while (!text.empty()) {
    const ssize_t count = ::pwrite(file, text.data(), text.size(), at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(errno);
    text.remove_prefix(static_cast<std::size_t>(count));
    at += count;
  }
  if (::ftruncate(file, at) != 0 || ::fsync(file) != 0) return std::unexpected(errno);
  return {};
}

}  // namespace pindus
