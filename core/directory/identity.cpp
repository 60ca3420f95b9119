#include "core/directory/identity.hpp"

#include <sys/auxv.h>

#include <fstream>

namespace pindus::platform {

bool is_privileged_start() noexcept {
  return getauxval(AT_SECURE) != 0;
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

}  // namespace pindus::platform
