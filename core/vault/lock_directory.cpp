#include "core/vault/lock_directory.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/stoppable_wait.hpp"
#include "core/base/text.hpp"
#include "core/vault/file_fault.hpp"

namespace pindus {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::string lock_directory_name(const VaultPlace& place) {
  return place.name + ".lock";
}

}  // namespace

// Tells for how long a directory has been as it is: by the clock, which may be another machine's,
// or by having watched it.
class LockDirectory::Watch {
 public:
  [[nodiscard]] bool is_stale(const struct stat& status) {
    const Identity now = identity(status);
    if (now != seen_) {
      seen_ = now;
      since_ = Clock::now();
    }
    const auto limit = (status.st_mode & S_ISVTX) != 0 ? ours_stale_after : stale_after;
    const auto age = std::chrono::system_clock::now().time_since_epoch() - now.second;
    return age > limit || Clock::now() - since_ > limit;
  }

 private:
  Identity seen_;
  Clock::time_point since_;
};

LockDirectory::Identity LockDirectory::identity(const struct stat& status) {
  return {status.st_ino, std::chrono::seconds(status.st_mtim.tv_sec) +
                             std::chrono::nanoseconds(status.st_mtim.tv_nsec)};
}

Result<LockDirectory> LockDirectory::take(const VaultPlace& place, const std::stop_token& stop,
                                          std::chrono::milliseconds limit, VaultNotes* notes) {
  LockDirectory directory(place);
  const std::string name = lock_directory_name(place);
  const auto deadline = Clock::now() + limit;
  LongWait wait(notes, deadline);
  Watch watch;
  for (auto pause = 1ms;; pause = std::min(pause * 2, 20ms)) {
    const bool made = ::mkdirat(place.folder.get(), name.c_str(), S_ISVTX | S_IRWXU) == 0;
    if (!made && errno != EEXIST) return directory;
    const auto status = TRY(place.look_at(name));
    if (made) {
      if (status) directory.held_ = identity(*status);
      return directory;
    }
    if (!status) continue;
    if (!S_ISDIR(status->st_mode)) return directory;
    if (watch.is_stale(*status)) {
      if (::unlinkat(place.folder.get(), name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) {
        continue;
      }
      return directory;  // it holds something: no lock of that protocol
    }
    if (Clock::now() >= deadline) {
      const std::string path = place.beside(name).string();
      return fail(
          FaultKind::vault,
          fmt::format("another program has kept {} locked by {} for {} s", place.file.string(),
                      path, std::chrono::ceil<std::chrono::seconds>(limit).count()),
          fmt::format("if none is running: rmdir {}", shell_word(path)));
    }
    if ((status->st_mode & S_ISVTX) == 0) {
      wait.goes_on([&] {
        return fmt::format("another program, which keeps {} locked by {}", place.file.string(),
                           place.beside(name).string());
      });
    }
    if (!wait_unless_stopped(pause, stop)) return std::unexpected(stopped_fault());
  }
}

LockDirectory::LockDirectory(LockDirectory&& other) noexcept
    : place_(other.place_), held_(std::exchange(other.held_, std::nullopt)) {}

LockDirectory::~LockDirectory() {
  if (!held_) return;
  // Whoever found that we take too long has made one of their own.
  const std::string name = lock_directory_name(*place_);
  const std::optional<struct stat> named = place_->look_at(name).value_or(std::nullopt);
  if (named && identity(*named) == *held_) {
    ::unlinkat(place_->folder.get(), name.c_str(), AT_REMOVEDIR);
  }
}

}  // namespace pindus
