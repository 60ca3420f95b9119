#include "core/vault/private_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/vault/file_fault.hpp"

namespace pindus {
namespace {

Result<void> give_to(const std::filesystem::path& path, uid_t owner, gid_t group) {
  if (::lchown(path.c_str(), owner, group) == 0) return {};
  auto fault = file_fault(path, fmt::format("given to its owner (uid {})", owner), errno);
  fault.hint = fmt::format("run pindus as the user who owns '{}'", path.parent_path().string());
  return std::unexpected(std::move(fault));
}

// The owner of `target`, where it is there, else that of its directory.
Result<void> give_to_owner_of(const std::filesystem::path& target,
                              const std::filesystem::path& path) {
  struct stat status = {};
  if (::lstat(target.c_str(), &status) != 0) {
    if (errno != ENOENT) return std::unexpected(file_fault(target, "looked at", errno));
    return give_to_owner_of_parent(path);
  }
  // The group has no say over mode 0600.
  if (status.st_uid == ::geteuid()) return {};
  return give_to(path, status.st_uid, status.st_gid);
}

Result<void> sync_directory(const std::filesystem::path& path) {
  const FileDescriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open()) {
    // A directory that may be written but not listed can't be opened either.
    if (errno == EACCES) return {};
    return std::unexpected(file_fault(path, "opened", errno));
  }
  // Some network file systems have no fsync for directories.
  if (::fsync(directory.get()) == 0 || errno == EINVAL || errno == ENOTSUP) return {};
  return std::unexpected(file_fault(path, "written", errno));
}

}  // namespace

std::expected<FileDescriptor, int> make_private_file(const std::filesystem::path& path) {
  FileDescriptor file(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open() || ::fchmod(file.get(), 0600) != 0) return std::unexpected(errno);
  return file;
}

Result<void> make_private_directory(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0) {
    const int error = errno;
    struct stat status = {};
    if (::stat(path.c_str(), &status) == 0) {
      if (S_ISDIR(status.st_mode)) return {};
      return std::unexpected(file_fault(path, "used as a directory", ENOTDIR));
    }
    if (error != ENOENT || !path.has_relative_path()) {
      return std::unexpected(file_fault(path, "made", error));
    }
    PINDUS_CHECK(make_private_directory(path.parent_path()));
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
      return std::unexpected(file_fault(path, "made", errno));
    }
  }
  if (::chmod(path.c_str(), 0700) != 0) return std::unexpected(file_fault(path, "made", errno));
  return give_to_owner_of_parent(path);
}

Result<void> give_to_owner_of_parent(const std::filesystem::path& path) {
  if (::geteuid() != 0) return {};
  struct stat status = {};
  if (::stat(path.parent_path().c_str(), &status) != 0) {
    return std::unexpected(file_fault(path.parent_path(), "looked at", errno));
  }
  if (status.st_uid == 0) return {};
  return give_to(path, status.st_uid, status.st_gid);
}

Result<ReplacementFile> ReplacementFile::make(const std::filesystem::path& target,
                                              std::int64_t lock_byte) {
  std::filesystem::path path = target;
  path += fmt::format(".{}.new", lock_byte);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return std::unexpected(file_fault(path, "removed", errno));
  }
  auto file = make_private_file(path);
  if (!file) return std::unexpected(file_fault(path, "made", file.error()));
  ReplacementFile made(target, path, std::move(*file));
  PINDUS_CHECK(give_to_owner_of(target, path));
  return made;
}

ReplacementFile::~ReplacementFile() {
  if (file_.is_open()) ::unlink(path_.c_str());
}

Result<void> ReplacementFile::reserve(std::size_t bytes) {
  const int error = ::posix_fallocate(file_.get(), 0, static_cast<off_t>(bytes));
  if (error != 0) return std::unexpected(file_fault(path_, "written", error));
  return {};
}

Result<void> ReplacementFile::write(std::string_view text) {
  off_t at = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t written = ::pwrite(file_.get(), rest.data(), rest.size(), at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return std::unexpected(file_fault(path_, "written", errno));
    rest.remove_prefix(static_cast<std::size_t>(written));
    at += written;
  }
  if (::ftruncate(file_.get(), at) != 0 || ::fsync(file_.get()) != 0) {
    return std::unexpected(file_fault(path_, "written", errno));
  }
  return {};
}

Result<void> ReplacementFile::replace_target() {
  if (::rename(path_.c_str(), target_.c_str()) != 0) {
    return std::unexpected(file_fault(target_, "replaced", errno));
  }
  file_ = FileDescriptor();
  return sync_directory(target_.parent_path());
}

}  // namespace pindus
