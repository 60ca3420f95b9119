#include "host/cli/descriptors.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

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

OwnOutput::OwnOutput() noexcept
    : flags_(::fcntl(1, F_GETFD)), kept_(::fcntl(1, F_DUPFD_CLOEXEC, 3)) {
  if (kept_.is_open()) ::dup2(2, 1);
}

void OwnOutput::give_back() noexcept {
  if (!kept_.is_open()) return;
  std::fflush(stdout);  // not ours, or it would be there by now
  ::dup2(kept_.get(), 1);
  ::fcntl(1, F_SETFD, flags_);
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
  // In one call, where the file takes it: lists may have thousands of lines.
  char newline = '\n';
  const iovec parts[] = {{const_cast<char*>(line.data()), line.size()}, {&newline, 1}};
  const ssize_t written = ::writev(descriptor, parts, 2);
  if (written > 0) {
    if (static_cast<std::size_t>(written) > line.size()) return 0;
    line.remove_prefix(static_cast<std::size_t>(written));
  } else if (written < 0 && errno != EINTR && errno != EAGAIN) {
    return errno;
  }
  const int error = write_text(descriptor, line);
  return error != 0 ? error : write_text(descriptor, "\n");
}

}  // namespace pindus
