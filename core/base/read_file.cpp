#include "core/base/read_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "core/base/secret.hpp"

namespace pindus {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int look_again_ms = 50;

}  // namespace

FileDescriptor open_to_read(const std::filesystem::path& path) noexcept {
  return FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

template <typename Text>
std::expected<Text, int> read_open_file(int file, std::size_t limit, const PipeWait& wait) {
  constexpr std::size_t first_room = 4096;
  const auto end = Clock::now() + wait.longest;
  Text text;
  std::size_t size = 0;
  for (;;) {
    if (size == text.size()) text.resize(std::min(limit + 1, std::max(first_room, 2 * size)));
    const ssize_t count = ::read(file, text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) {
      if (wait.stop.stop_requested()) return std::unexpected(ECANCELED);
      if (Clock::now() >= end) return std::unexpected(ETIMEDOUT);
      pollfd ready{file, POLLIN, 0};
      ::poll(&ready, 1, look_again_ms);
      continue;
    }
    if (count < 0) return std::unexpected(errno);
    size += static_cast<std::size_t>(count);
    if (count > 0 && size <= limit) continue;
    text.resize(size);
    return text;
  }
}

template std::expected<std::string, int> read_open_file(int, std::size_t, const PipeWait&);
template std::expected<SecretText, int> read_open_file(int, std::size_t, const PipeWait&);

std::string reading_error(int error) {
  if (error == ETIMEDOUT) return "nothing came in time";
  if (error == ECANCELED) return "it was interrupted";
  return std::generic_category().message(error);
}

}  // namespace pindus
