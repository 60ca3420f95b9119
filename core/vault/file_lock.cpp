#include "core/vault/file_lock.hpp"

#include <fcntl.h>
#include <fmt/core.h>

#include <algorithm>
#include <cerrno>

#include "core/base/platform.hpp"
#include "core/base/stoppable_wait.hpp"
#include "core/vault/file_fault.hpp"
#include "core/vault/private_file.hpp"

namespace pindus {
namespace {

using namespace std::chrono_literals;

Result<FileDescriptor> open_lock_file(const std::filesystem::path& path) {
  for (;;) {
    FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (file.is_open()) return file;
    if (errno != ENOENT) return std::unexpected(file_fault(path, "opened", errno));
    auto made = make_private_file(path);
    if (made) {
      PINDUS_CHECK(give_to_owner_of_parent(path));
      return std::move(*made);
    }
    if (made.error() != EEXIST) return std::unexpected(file_fault(path, "made", made.error()));
  }
}

}  // namespace

Result<FileLock> FileLock::take(const std::filesystem::path& file, std::int64_t byte,
                                std::string_view subject, const std::stop_token& stop,
                                std::chrono::milliseconds limit) {
  FileDescriptor descriptor = PINDUS_TRY(open_lock_file(file));
  const auto deadline = std::chrono::steady_clock::now() + limit;
  // A blocking fcntl could be ended neither by a stop nor after a time, so ask again and again.
  for (auto pause = 1ms;; pause = std::min(pause * 2, 4ms)) {
    const auto attempt = platform::try_lock_byte(descriptor.get(), byte);
    if (!attempt) return std::unexpected(file_fault(file, "locked", attempt.error()));
    if (*attempt == platform::LockAttempt::taken) return FileLock(std::move(descriptor), byte);
    if (std::chrono::steady_clock::now() >= deadline) {
      return fail(
          FaultKind::vault,
          fmt::format("another process has kept {} locked in {} for {} s", subject, file.string(),
                      std::chrono::ceil<std::chrono::seconds>(limit).count()),
          fmt::format("find it with: fuser '{}'", file.string()));
    }
    if (!wait_unless_stopped(pause, stop)) return std::unexpected(stopped_fault());
  }
}

}  // namespace pindus
