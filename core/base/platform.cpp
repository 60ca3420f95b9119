#include "core/base/platform.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

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

// 0, or an errno.
int write_all(int descriptor, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

struct flock one_byte(short type, std::int64_t byte) noexcept {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  return lock;
}

// Of a user namespace: which numbers mean a user.
struct UserRange {
  unsigned long first = 0;
  unsigned long outside = 0;
  unsigned long count = 0;
};
constexpr unsigned long all_users = 0xffffffff;  // the last number means none

std::vector<UserRange> mapped_users() {
  std::ifstream map("/proc/self/uid_map");
  std::vector<UserRange> ranges;
  for (UserRange range; map >> range.first >> range.outside >> range.count;) {
    if (range.count > 0) ranges.push_back(range);
  }
  return ranges;
}

std::optional<uid_t> overflow_user() {
  std::ifstream file("/proc/sys/kernel/overflowuid");
  uid_t owner = 0;
  if (!(file >> owner)) return std::nullopt;
  return owner;
}

}  // namespace

std::expected<LockAttempt, int> try_lock_byte(int descriptor, std::int64_t byte) noexcept {
  struct flock lock = one_byte(F_WRLCK, byte);
  while (fcntl(descriptor, F_OFD_SETLK, &lock) != 0) {
    if (errno == EAGAIN || errno == EACCES) return LockAttempt::busy;
    if (errno != EINTR) return std::unexpected(errno);
  }
  return LockAttempt::taken;
}

void unlock_byte(int descriptor, std::int64_t byte) noexcept {
  struct flock lock = one_byte(F_UNLCK, byte);
  while (fcntl(descriptor, F_OFD_SETLK, &lock) != 0 && errno == EINTR) {
  }
}

std::expected<bool, int> is_locked_elsewhere(int descriptor, std::int64_t byte) noexcept {
  struct flock lock = one_byte(F_WRLCK, byte);
  while (fcntl(descriptor, F_OFD_GETLK, &lock) != 0) {
    if (errno != EINTR) return std::unexpected(errno);
  }
  return lock.l_type != F_UNLCK;
}

std::optional<RunningProcess> find_process(pid_t number) {
  // "PID (PROGRAM) STATE ...": a program's name may hold blanks and parentheses.
  std::ifstream file("/proc/" + std::to_string(number) + "/stat");
  const std::string stat(std::istreambuf_iterator<char>(file), {});
  const std::size_t open = stat.find('(');
  const std::size_t close = stat.rfind(')');
  if (open == std::string::npos || close + 2 >= stat.size()) return std::nullopt;
  const char state = stat[close + 2];
  if (state == 'Z' || state == 'X') return std::nullopt;
  return RunningProcess{stat.substr(open + 1, close - open - 1), state == 'T' || state == 't'};
}

std::expected<void, int> reserve_space(int descriptor, std::size_t bytes) noexcept {
  while (::fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes)) != 0) {
    if (errno != EINTR) return std::unexpected(errno == ENOSYS ? EOPNOTSUPP : errno);
  }
  return {};
}

FileDescriptor open_folder(const std::filesystem::path& path) noexcept {
  FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.is_open() || errno != EACCES) return folder;
  return FileDescriptor(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

bool is_mount_point(int folder, const std::string& name) noexcept {
  struct statx status = {};
  if (statx(folder, name.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &status) !=
      0) {
    return false;
  }
  return (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

namespace {
constexpr const char* acl_attribute = "system.posix_acl_access";
}

std::expected<std::string, int> access_acl(const std::filesystem::path& path) {
  // Nearly no file has one, and then nothing is to be read.
  ssize_t size = lgetxattr(path.c_str(), acl_attribute, nullptr, 0);
  if (size < 0 && (errno == ENODATA || errno == ENOTSUP || errno == ENOSYS)) return std::string();
  if (size < 0) return std::unexpected(errno);
  // The kernel gives no attribute that is larger (xattr(7)); it may have grown meanwhile.
  std::string acl(std::size_t{64} * 1024, '\0');
  size = lgetxattr(path.c_str(), acl_attribute, acl.data(), acl.size());
  if (size < 0 && errno == ENODATA) return std::string();
  if (size < 0) return std::unexpected(errno);
  acl.resize(static_cast<std::size_t>(size));
  return acl;
}

std::expected<void, int> set_access_acl(int descriptor, const std::string& acl) noexcept {
  if (fsetxattr(descriptor, acl_attribute, acl.data(), acl.size(), 0) == 0) return {};
  return std::unexpected(errno);
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
  struct sigaction usual = {};
  usual.sa_handler = SIG_DFL;
  for (int number = 1; number < _NSIG; ++number) ::sigaction(number, &usual, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::closefrom(3);
  if (before_no_core_dump.changed) ::setrlimit(RLIMIT_CORE, &before_no_core_dump.core_limit);
}

std::optional<uid_t> stand_in_for_root() {
  // A range that begins at 0 is the only one that can hold it.
  const auto ranges = mapped_users();
  if (ranges.empty() || std::ranges::any_of(ranges, [](const auto& r) { return r.first == 0; })) {
    return std::nullopt;
  }
  return overflow_user();
}

bool is_nobody_here(uid_t owner) {
  if (owner == 0 || owner != overflow_user()) return false;
  const auto ranges = mapped_users();
  return !ranges.empty() && ranges.front().count < all_users;
}

bool forbids_programs(int descriptor) noexcept {
  struct statvfs status = {};
  return fstatvfs(descriptor, &status) == 0 && (status.f_flag & ST_NOEXEC) != 0;
}

std::expected<FileDescriptor, int> sealed_copy(const std::string& name, int descriptor) {
  FileDescriptor file = memory_file(name);
  if (!file.is_open()) return std::unexpected(errno);
  std::array<char, 65536> buffer;  // NOLINT: read fills it
  for (off_t offset = 0;;) {
    const ssize_t count = pread(descriptor, buffer.data(), buffer.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(errno);
    if (count == 0) break;
    offset += count;
    if (const int error = write_all(file.get(), {buffer.data(), static_cast<std::size_t>(count)})) {
      return std::unexpected(error);
    }
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

std::filesystem::path this_module() {
  Dl_info info = {};
  // Of a program the loader knows only what it was called by.
  static const char in_this_file = 0;
  link_map* map = nullptr;
  if (::dladdr1(&in_this_file, &info, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP) == 0 ||
      map == nullptr || map->l_name == nullptr || *map->l_name == '\0') {
    return this_program();
  }
  return std::filesystem::canonical(map->l_name);
}

std::expected<FileDescriptor, int> make_folder_watch() noexcept {
  FileDescriptor watch(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!watch.is_open()) return std::unexpected(errno);
  return watch;
}

std::expected<void, int> add_folder(int watch, const std::filesystem::path& folder) noexcept {
  constexpr std::uint32_t what = IN_CLOSE_WRITE | IN_MODIFY | IN_CREATE | IN_MOVED_TO |
                                 IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF;
  if (::inotify_add_watch(watch, folder.c_str(), what | IN_ONLYDIR) < 0) {
    return std::unexpected(errno);
  }
  return {};
}

std::vector<std::string> take_changed_names(int watch) {
  std::vector<std::string> names;
  alignas(inotify_event) std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t size = ::read(watch, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return names;
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      inotify_event event = {};
      ::memcpy(&event, buffer.data() + at, sizeof event);
      // The name is padded with zeros.
      names.emplace_back(event.len == 0 ? "" : buffer.data() + at + sizeof event);
      at += sizeof event + event.len;
    }
  }
}

}  // namespace pindus::platform
