#include "tests/clients/isolation.hpp"

#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "core/base/file_descriptor.hpp"
#include "tests/integration/oauth_peer.hpp"

namespace pindus::test {
namespace {

void write_map(const char* file, unsigned id) {
  const std::string number = std::to_string(id);
  std::ofstream(file) << number << ' ' << number << " 1";
}

bool enter_namespaces() {
  if (::geteuid() == 0 && ::unshare(CLONE_NEWNET) == 0) return true;
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  std::ofstream("/proc/self/setgroups") << "deny";
  write_map("/proc/self/uid_map", user);
  write_map("/proc/self/gid_map", group);
  return true;
}

bool start_loopback() {
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request = {};
  ::strcpy(request.ifr_name, "lo");
  if (!socket.is_open() || ::ioctl(socket.get(), SIOCGIFFLAGS, &request) != 0) return false;
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  return ::ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0;
}

}  // namespace

void cut_off_network() {
  if (!enter_namespaces()) skip("no network namespace may be made here");
  if (!start_loopback()) skip("the loopback of a network namespace can't be started here");
}

}  // namespace pindus::test
