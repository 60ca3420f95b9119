#include "core/base/platform.hpp"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

namespace pindus::platform {
namespace {

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

FileDescriptor memory_file(const std::string& name) noexcept {
  constexpr std::size_t longest_name = 249;
  const std::string known_as = name.substr(0, longest_name);
  constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  // It is mapped and never executed; there are systems that refuse any other. Linux before 6.3
  // doesn't know the word.
  const int sealed = memfd_create(known_as.c_str(), flags | MFD_NOEXEC_SEAL);
  if (sealed >= 0 || errno != EINVAL) return FileDescriptor(sealed);
  return FileDescriptor(memfd_create(known_as.c_str(), flags));
}

}  // namespace

std::expected<LockAttempt, int> try_lock_byte(int descriptor, std::int64_t byte) noexcept {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  while (fcntl(descriptor, F_OFD_SETLK, &lock) != 0) {
    if (errno == EAGAIN || errno == EACCES) return LockAttempt::busy;
    if (errno != EINTR) return std::unexpected(errno);
  }
  return LockAttempt::taken;
}

bool is_mount_point(const std::filesystem::path& path) noexcept {
  struct statx status = {};
  if (statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &status) !=
      0) {
    return false;
  }
  return (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

std::expected<std::string, int> access_acl(const std::filesystem::path& path) {
  // The kernel gives no attribute that is larger (xattr(7)).
  std::string acl(std::size_t{64} * 1024, '\0');
  const ssize_t size = lgetxattr(path.c_str(), "system.posix_acl_access", acl.data(), acl.size());
  if (size < 0 && (errno == ENODATA || errno == ENOTSUP || errno == ENOSYS)) return std::string();
  if (size < 0) return std::unexpected(errno);
  acl.resize(static_cast<std::size_t>(size));
  return acl;
}

bool is_privileged_start() noexcept {
  return getauxval(AT_SECURE) != 0;
}

namespace {

// As it was before NoCoreDump.
struct {
  int dumpable;
  rlimit core_limit;
  bool changed;
} before_no_core_dump = {};

}  // namespace

NoCoreDump::NoCoreDump() noexcept {
  auto& before = before_no_core_dump;
  before.dumpable = ::prctl(PR_GET_DUMPABLE);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::getrlimit(RLIMIT_CORE, &before.core_limit);
  const rlimit none{0, before.core_limit.rlim_max};
  ::setrlimit(RLIMIT_CORE, &none);
  before.changed = true;
}

NoCoreDump::~NoCoreDump() {
  before_no_core_dump.changed = false;
  ::setrlimit(RLIMIT_CORE, &before_no_core_dump.core_limit);
  ::prctl(PR_SET_DUMPABLE, before_no_core_dump.dumpable);
}

void leave_nothing_to_child() noexcept {
  ::closefrom(3);
  if (before_no_core_dump.changed) ::setrlimit(RLIMIT_CORE, &before_no_core_dump.core_limit);
}

std::optional<uid_t> stand_in_for_root() {
  // A range that begins at 0 is the only one that can hold it.
  std::ifstream map("/proc/self/uid_map");
  unsigned long inside = 0;
  unsigned long outside = 0;
  unsigned long count = 0;
  bool any = false;
  while (map >> inside >> outside >> count) {
    if (inside == 0 && count > 0) return std::nullopt;
    any = true;
  }
  std::ifstream overflow("/proc/sys/kernel/overflowuid");
  uid_t owner = 0;
  if (!any || !(overflow >> owner)) return std::nullopt;
  return owner;
}

bool forbids_programs(int descriptor) noexcept {
  struct statvfs status = {};
  return fstatvfs(descriptor, &status) == 0 && (status.f_flag & ST_NOEXEC) != 0;
}

std::expected<FileDescriptor, int> sealed_file(const std::string& name, std::string_view bytes) {
  FileDescriptor file = memory_file(name);
  if (!file.is_open()) return std::unexpected(errno);
  while (!bytes.empty()) {
    const ssize_t written = write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return std::unexpected(errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  constexpr int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  if (fcntl(file.get(), F_ADD_SEALS, seals) != 0) return std::unexpected(errno);
  return file;
}

std::filesystem::path path_of_descriptor(int descriptor) {
  // With the number of the process, since a debugger's "self" is another one.
  std::error_code error;
  const auto process = std::filesystem::canonical("/proc/self", error);
  return (error ? "/proc/self" : process) / "fd" / std::to_string(descriptor);
}

std::filesystem::path this_program() {
  return std::filesystem::canonical("/proc/self/exe");
}

}  // namespace pindus::platform
