#include "core/vault/file_lock.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>

#include "core/base/platform.hpp"
#include "core/base/stoppable_wait.hpp"
#include "core/base/text.hpp"
#include "core/vault/file_fault.hpp"
#include "core/vault/private_file.hpp"

namespace pindus {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

Result<FileDescriptor> open_lock_file(const VaultPlace& place) {
  const std::string name = place.lock_name();
  for (;;) {
    FileDescriptor file(
        ::openat(place.folder.get(), name.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (file.is_open()) return file;
    if (errno != ENOENT) return std::unexpected(file_fault(place.beside(name), "opened", errno));
    auto made = make_private_file(place.folder.get(), name);
    if (made) {
      const auto given = give_to_owner_of(place.folder.get(), made->get());
      if (given) return std::move(*made);
      return std::unexpected(
          file_fault(place.beside(name), "given to its folder's owner", given.error()));
    }
    if (made.error() != EEXIST) {
      return std::unexpected(file_fault(place.beside(name), "made", made.error()));
    }
  }
}

// Whoever holds a byte says who it is in the lock file itself: "BYTE PROCESS HOST", in the slot of
// the byte. Two bytes may have one slot; then the later one is known.
constexpr std::size_t slot_size = 96;
constexpr std::int64_t slots = 61;

off_t slot_of(std::int64_t byte) {
  return static_cast<off_t>(slot_size) * (byte % slots);
}

const std::string& this_host() {
  static const std::string name = [] {
    struct utsname system = {};
    return std::string(::uname(&system) == 0 ? system.nodename : "");
  }();
  return name;
}

void note_holder(int file, std::int64_t byte) {
  std::string note = fmt::format("{} {} {:.{}}", byte, ::getpid(), this_host(), slot_size / 2);
  note.resize(slot_size, ' ');
  note.back() = '\n';
  // Only a message is the poorer where this fails.
  (void)!::pwrite(file, note.data(), note.size(), slot_of(byte));
}

struct Holder {
  pid_t process = 0;
  platform::RunningProcess known = {};
};

// Nothing where the slot is another's, or tells of a process that isn't here (any more).
std::optional<Holder> holder_of(int file, std::int64_t byte) {
  std::array<char, slot_size> note;
  if (::pread(file, note.data(), note.size(), slot_of(byte)) != slot_size) return std::nullopt;
  const auto words = split({note.data(), note.size()}, " \n");
  if (words.size() != 3 || words[0] != std::to_string(byte)) return std::nullopt;
  Holder holder;
  const auto number =
      std::from_chars(words[1].data(), words[1].data() + words[1].size(), holder.process);
  if (number.ec != std::errc() || words[2] != this_host().substr(0, slot_size / 2))
    return std::nullopt;
  auto process = platform::find_process(holder.process);
  if (!process) return std::nullopt;
  holder.known = *std::move(process);
  return holder;
}

std::string waited_for(const VaultPlace& place, int file, std::int64_t byte,
                       std::string_view subject) {
  const auto holder = holder_of(file, byte);
  if (!holder) {
    return fmt::format("another process, which keeps {} locked in {}", subject,
                       place.beside(place.lock_name()).string());
  }
  return fmt::format("process {} ({}), which keeps {} locked{}", holder->process,
                     printable(holder->known.program), subject,
                     holder->known.is_stopped
                         ? fmt::format(" and is stopped: kill -CONT {}", holder->process)
                         : std::string());
}

CredentialFault busy_fault(const VaultPlace& place, int file, std::int64_t byte,
                           std::string_view subject, std::chrono::milliseconds waited) {
  const std::string path = place.beside(place.lock_name()).string();
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(waited).count();
  const auto holder = holder_of(file, byte);
  if (!holder) {
    return credential_fault(
        FaultKind::vault,
        fmt::format("another process has kept {} locked in {} for {} s", subject, path, seconds),
        fmt::format("find it with: fuser {}", shell_word(path)));
  }
  const bool is_stopped = holder->known.is_stopped;
  return credential_fault(FaultKind::vault,
                          fmt::format("process {} ({}) has kept {} locked in {} for {} s{}",
                                      holder->process, printable(holder->known.program), subject,
                                      path, seconds, is_stopped ? " and is stopped" : ""),
                          is_stopped
                              ? fmt::format("continue it: kill -CONT {}", holder->process)
                              : fmt::format("try again, or end it: kill {}", holder->process));
}

}  // namespace

std::chrono::milliseconds time_until(Deadline deadline) {
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()), 0ms);
}

Result<FileLock> FileLock::take(const VaultPlace& place, std::vector<std::int64_t> bytes,
                                std::string_view subject, const std::stop_token& stop,
                                std::chrono::milliseconds limit, VaultNotes* notes) {
  std::ranges::sort(bytes);
  const auto [again, end] = std::ranges::unique(bytes);
  bytes.erase(again, end);
  const auto deadline = Clock::now() + limit;
  LongWait wait(notes, deadline);
  for (;;) {
    FileLock lock(TRY(open_lock_file(place)));
    std::int64_t first = bytes.front();
    // A blocking fcntl could be ended neither by a stop nor after a time, so ask again and again.
    for (auto pause = 1ms;; pause = std::min(pause * 2, 4ms)) {
      const auto busy = lock.try_all(bytes, first);
      if (!busy) {
        return std::unexpected(file_fault(place.beside(place.lock_name()), "locked", busy.error()));
      }
      const std::optional<std::int64_t> other = *busy;
      if (!other) break;
      first = *other;
      if (Clock::now() >= deadline) {
        return std::unexpected(busy_fault(place, lock.file_.get(), first, subject, limit));
      }
      wait.goes_on([&] { return waited_for(place, lock.file_.get(), first, subject); });
      if (!wait_unless_stopped(pause, stop)) return std::unexpected(stopped_fault());
    }
    if (lock.is_current(place)) return lock;
  }
}

void FileLock::say_who_holds() const {
  for (const std::int64_t byte : bytes_) note_holder(file_.get(), byte);
}

// `first` is tried first: while that one is busy the others need no look.
std::expected<std::optional<std::int64_t>, int> FileLock::try_all(
    const std::vector<std::int64_t>& bytes, std::int64_t first) {
  std::optional<std::int64_t> busy;
  const auto take = [&](std::int64_t byte) -> std::expected<bool, int> {
    const auto attempt = platform::try_lock_byte(file_.get(), byte);
    if (!attempt) return std::unexpected(attempt.error());
    const bool is_ours = *attempt == platform::LockAttempt::taken;
    if (is_ours) {
      bytes_.push_back(byte);
    } else {
      busy = byte;
    }
    return is_ours;
  };
  auto taken = take(first);
  for (auto byte = bytes.begin(); taken && *taken && byte != bytes.end(); ++byte) {
    if (*byte != first) taken = take(*byte);
  }
  if (!taken || !*taken) give_back();
  if (!taken) return std::unexpected(taken.error());
  std::ranges::sort(bytes_);
  return busy;
}

void FileLock::give_back() noexcept {
  for (const std::int64_t byte : bytes_) platform::unlock_byte(file_.get(), byte);
  bytes_.clear();
}

FileLock::~FileLock() {
  if (file_.is_open()) give_back();
}

bool FileLock::is_current(const VaultPlace& place) const {
  struct stat held = {};
  struct stat named = {};
  return ::fstat(file_.get(), &held) == 0 &&
         ::fstatat(place.folder.get(), place.lock_name().c_str(), &named, AT_SYMLINK_NOFOLLOW) ==
             0 &&
         held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

bool FileLock::is_held_elsewhere(std::int64_t byte) const {
  // Where the system doesn't say, it counts as held.
  return platform::is_locked_elsewhere(file_.get(), byte).value_or(true);
}

std::vector<HeldByte> held_bytes(const VaultPlace& place, const std::vector<std::int64_t>& bytes) {
  std::vector<HeldByte> held;
  const FileDescriptor file(::openat(place.folder.get(), place.lock_name().c_str(),
                                     O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!file.is_open()) return held;
  for (const std::int64_t byte : bytes) {
    if (!platform::is_locked_elsewhere(file.get(), byte).value_or(false)) continue;
    const auto holder = holder_of(file.get(), byte).value_or(Holder());
    held.push_back({byte, holder.process, holder.known.program, holder.known.is_stopped});
  }
  return held;
}

}  // namespace pindus
