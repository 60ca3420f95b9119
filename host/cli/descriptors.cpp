#include "host/cli/descriptors.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace pindus {

void hold_standard_descriptors() noexcept {
  // In rising order, so that open gives each its number. The output is opened for reading: what
  // can't be delivered shall fail.
  constexpr int modes[] = {O_RDONLY, O_RDONLY, O_WRONLY};
  for (int descriptor = 0; descriptor <= 2; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) == -1 && errno == EBADF) {
      static_cast<void>(::open("/dev/null", modes[descriptor] | O_CLOEXEC));
    }
  }
}

int write_text(int descriptor, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd ready{descriptor, POLLOUT, 0};
      static_cast<void>(::poll(&ready, 1, -1));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

int write_line(int descriptor, std::string_view line) noexcept {
  const int error = write_text(descriptor, line);
  return error != 0 ? error : write_text(descriptor, "\n");
}

}  // namespace pindus
