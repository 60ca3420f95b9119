#include "core/broker/walls.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>

#include "core/base/file_descriptor.hpp"

namespace pindus::broker {
namespace {

// The step that failed, with errno saying why.
using Failure = std::optional<std::string>;

Failure write_file(const char* path, const std::string& text) {
  const FileDescriptor file(::open(path, O_WRONLY | O_CLOEXEC));
  if (!file.is_open() ||
      ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return path;
  }
  return std::nullopt;
}

// The same numbers inside as outside, so that nothing looks different.
Failure enter_namespaces(const Walls& walls) {
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  const int network = walls.no_network ? CLONE_NEWNET : 0;
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS | network) != 0) return "user namespaces";
  if (auto failure = write_file("/proc/self/setgroups", "deny")) return failure;
  if (auto failure = write_file("/proc/self/uid_map", fmt::format("{0} {0} 1", user))) {
    return failure;
  }
  return write_file("/proc/self/gid_map", fmt::format("{0} {0} 1", group));
}

Failure hide(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  const int done = S_ISDIR(status.st_mode)
                       ? ::mount("tmpfs", path.c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                                 "mode=0700,size=1m")
                       : ::mount("/dev/null", path.c_str(), nullptr, MS_BIND, nullptr);
  return done == 0 ? Failure() : fmt::format("a mount on {}", path.string());
}

Failure bring_loopback_up() {
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  ::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (!socket.is_open() || ::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) return "a loopback";
  return std::nullopt;
}

// The bounding set as well: what user 0 executes would have all of it again.
Failure give_up_capabilities() {
  for (unsigned long capability = 0; ::prctl(PR_CAPBSET_READ, capability) >= 0; ++capability) {
    if (::prctl(PR_CAPBSET_DROP, capability) != 0) return "a smaller set of capabilities";
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  if (::syscall(SYS_capset, &header, none.data()) != 0) return "no capabilities";
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no new privileges";
  return std::nullopt;
}

Failure raise(const Walls& walls) {
  if (auto failure = enter_namespaces(walls)) return failure;
  // What is mounted in here isn't out there.
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return "private mounts";
  for (const auto& path : walls.hidden) {
    if (auto failure = hide(path)) return failure;
  }
  if (walls.no_network) {
    if (auto failure = bring_loopback_up()) return failure;
  }
  return give_up_capabilities();
}

}  // namespace

Result<void> raise_walls(const Walls& walls) {
  if (!walls.any()) return {};
  if (const auto failure = raise(walls)) {
    return fail(FaultKind::not_executable,
                fmt::format("this system doesn't allow {}: {}", *failure, ::strerror(errno)),
                "leave out --only, or say --no-hide-vault");
  }
  return {};
}

bool can_raise_walls(const Walls& walls) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(raise(walls) ? 1 : 0);
  int status = 1;
  while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace pindus::broker
