#include <fcntl.h>
#include <sys/prctl.h>

#include <cstdio>
#include <exception>

#include "core/base/platform.hpp"
#include "core/broker/handover.hpp"
#include "host/broker/server.hpp"
#include "host/broker/watcher.hpp"

namespace pindus::broker {
namespace {

int run() {
  const platform::NoCoreDump no_core_dump;
  auto handed = receive_handover();
  if (!handed) return 1;  // whoever began it has ended
  const auto serve_it = [&] {
    try {
      return serve(*std::move(handed));
    } catch (const std::exception&) {
      return 1;
    }
  };
  // One that serves is a service manager's to watch.
  if (handed->control.is_open()) return serve_it();
  watch(handed->watched.get(), serve_it);
  return 0;
}

}  // namespace
}  // namespace pindus::broker

// libexec/pindus/pindus-broker, which `pindus auth exec --broker` and `auth serve` start.
int main() {
  if (::fcntl(pindus::broker::handover_descriptor, F_GETFD) < 0) {
    std::fputs(
        "pindus-broker: pindus auth exec --broker and pindus auth serve start this program\n",
        stderr);
    return 2;
  }
  return pindus::broker::run();
}
