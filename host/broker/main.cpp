#include <fcntl.h>
#include <sys/prctl.h>

#include <cstdio>
#include <exception>

#include "core/base/platform.hpp"
#include "core/broker/handover.hpp"
#include "host/broker/server.hpp"
#include "host/broker/watcher.hpp"

// libexec/pindus/pindus-broker, which `pindus auth exec --broker` and `auth serve` start.
int main() {
  using namespace pindus;
  if (::fcntl(broker::handover_descriptor, F_GETFD) < 0) {
    std::fputs(
        "pindus-broker: pindus auth exec --broker and pindus auth serve start this program\n",
        stderr);
    return 2;
  }
  const platform::NoCoreDump no_core_dump;
  auto handed = broker::receive_handover();
  if (!handed) return 1;  // whoever began it has ended
  const auto serve = [&] {
    try {
      return broker::serve(*std::move(handed));
    } catch (const std::exception&) {
      return 1;
    }
  };
  // One that serves is a service manager's to watch.
  if (handed->control.is_open()) return serve();
  broker::watch(handed->watched.get(), serve);
  return 0;
}
