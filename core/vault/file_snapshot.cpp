#include "core/vault/file_snapshot.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "core/base/file_descriptor.hpp"
#include "core/base/stoppable_wait.hpp"
#include "core/vault/file_fault.hpp"

namespace pindus {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto settle_time = 100ms;

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileState state_of(const struct stat& status) {
  return {true,
          status.st_dev,
          status.st_ino,
          status.st_size,
          nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim)};
}

struct RawSnapshot {
  SecretText text;
  FileState state;
  bool settled = true;  // nobody wrote while it was read
};

Result<RawSnapshot> read_raw(const std::filesystem::path& path) {
  // Not blocking: a FIFO in the file's place would wait for a writer.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.is_open()) {
    if (errno == ENOENT) return RawSnapshot{};
    return std::unexpected(file_fault(path, "read", errno));
  }
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) return std::unexpected(file_fault(path, "read", errno));
  if (!S_ISREG(status.st_mode)) {
    return fail(FaultKind::vault, fmt::format("{} is not a regular file", path.string()),
                fmt::format("look at what stands there: ls -ld '{}'", path.string()));
  }
  RawSnapshot snapshot;
  snapshot.state = state_of(status);
  if (static_cast<std::uint64_t>(status.st_size) > vault_size_limit) {
    return std::unexpected(too_large_fault(path.string()));
  }
  // One byte more than it should have: so the end is seen without another round.
  snapshot.text.resize(static_cast<std::size_t>(status.st_size) + 1);
  for (std::size_t filled = 0;;) {
    if (filled == snapshot.text.size()) snapshot.text.resize(filled * 2);
    if (filled > vault_size_limit) return std::unexpected(too_large_fault(path.string()));
    const ssize_t count =
        ::read(file.get(), snapshot.text.data() + filled, snapshot.text.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(file_fault(path, "read", errno));
    filled += static_cast<std::size_t>(count);
    if (count == 0) {
      snapshot.text.resize(filled);
      break;
    }
  }
  if (::fstat(file.get(), &status) != 0) return std::unexpected(file_fault(path, "read", errno));
  snapshot.settled = snapshot.state == state_of(status);
  return snapshot;
}

}  // namespace

Result<VaultSnapshot> read_vault(const std::filesystem::path& path, const std::stop_token& stop) {
  const auto deadline = Clock::now() + settle_time;
  for (;;) {
    RawSnapshot raw = PINDUS_TRY(read_raw(path));
    const bool empty = raw.state.exists && raw.text.empty();
    auto document = VaultDocument::parse(std::move(raw.text), path.string());
    if ((document && raw.settled && !empty) || Clock::now() >= deadline) {
      return VaultSnapshot{PINDUS_TRY(std::move(document)), raw.state};
    }
    if (!wait_unless_stopped(5ms, stop)) return std::unexpected(stopped_fault());
  }
}

Result<bool> is_unchanged(const std::filesystem::path& path, const VaultSnapshot& then) {
  // The bytes too: of two writes within one tick of the kernel's clock the second leaves the times
  // as they are.
  const RawSnapshot now = PINDUS_TRY(read_raw(path));
  return now.state == then.state && now.text == then.document.text();
}

}  // namespace pindus
