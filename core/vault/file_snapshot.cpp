#include "core/vault/file_snapshot.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/file_descriptor.hpp"
#include "core/base/stoppable_wait.hpp"
#include "core/vault/file_fault.hpp"

namespace pindus {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileState state_of(const struct stat& status) {
  return {true,
          status.st_dev,
          status.st_ino,
          status.st_size,
          nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim),
          status.st_mode,
          status.st_nlink,
          status.st_uid};
}

struct RawSnapshot {
  SecretText text;
  FileState state;
  bool settled = true;  // nobody wrote while it was read
};

// What is opened, and what messages call it.
struct Source {
  int folder;
  const char* name;
  int flags;
  const std::filesystem::path& path;
};

Source source_of(const std::filesystem::path& path) {
  return {AT_FDCWD, path.c_str(), 0, path};
}

// What stands there is what would be replaced: a link isn't followed.
Source source_of(const VaultPlace& place) {
  return {place.folder.get(), place.name.c_str(), O_NOFOLLOW, place.file};
}

Result<RawSnapshot> read_raw(const Source& source) {
  // Not blocking: a FIFO in the file's place would wait for a writer.
  const FileDescriptor file(::openat(source.folder, source.name,
                                     O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | source.flags));
  if (!file.is_open()) {
    if (errno == ENOENT) return RawSnapshot{};
    return std::unexpected(file_fault(source.path, "read", errno));
  }
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) {
    return std::unexpected(file_fault(source.path, "read", errno));
  }
  if (!S_ISREG(status.st_mode)) return std::unexpected(not_a_file_fault(source.path));
  RawSnapshot snapshot;
  snapshot.state = state_of(status);
  if (static_cast<std::uint64_t>(status.st_size) > vault_size_limit) {
    return std::unexpected(too_large_fault(source.path.string()));
  }
  // One byte more than it should have: so the end is seen without another round.
  snapshot.text.resize(static_cast<std::size_t>(status.st_size) + 1);
  for (std::size_t filled = 0;;) {
    if (filled == snapshot.text.size()) snapshot.text.resize(filled * 2);
    if (filled > vault_size_limit) return std::unexpected(too_large_fault(source.path.string()));
    const ssize_t count =
        ::read(file.get(), snapshot.text.data() + filled, snapshot.text.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(file_fault(source.path, "read", errno));
    filled += static_cast<std::size_t>(count);
    if (count == 0) {
      snapshot.text.resize(filled);
      break;
    }
  }
  if (::fstat(file.get(), &status) != 0)
    return std::unexpected(file_fault(source.path, "read", errno));
  snapshot.settled = snapshot.state == state_of(status);
  return snapshot;
}

Result<VaultSnapshot> read_settled(const Source& source, std::chrono::milliseconds patience,
                                   const std::stop_token& stop, VaultNotes* notes) {
  const auto deadline = Clock::now() + patience;
  LongWait wait(notes, deadline);
  for (auto pause = 5ms;; pause = std::min(pause * 2, 20ms)) {
    RawSnapshot raw = TRY(read_raw(source));
    const bool empty = raw.state.exists && raw.text.empty();
    auto document = VaultDocument::parse(std::move(raw.text), source.path.string());
    if ((document && raw.settled && !empty) || Clock::now() >= deadline) {
      return VaultSnapshot{TRY(std::move(document)), raw.state};
    }
    wait.goes_on([&] {
      return fmt::format("another program, which seems to be writing {}", source.path.string());
    });
    if (!wait_unless_stopped(pause, stop)) return std::unexpected(stopped_fault());
  }
}

}  // namespace

FileState state_of_file(const std::filesystem::path& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 ? state_of(status) : FileState();
}

Result<VaultSnapshot> read_vault(const std::filesystem::path& path, const std::stop_token& stop) {
  return read_settled(source_of(path), settle_time, stop, nullptr);
}

Result<VaultSnapshot> read_vault(const VaultPlace& place, std::chrono::milliseconds patience,
                                 const std::stop_token& stop, VaultNotes* notes) {
  return read_settled(source_of(place), patience, stop, notes);
}

std::optional<VaultDocument> read_once(const VaultPlace& place, const std::string& name) {
  const std::filesystem::path path = place.beside(name);
  const auto raw = read_raw({place.folder.get(), name.c_str(), O_NOFOLLOW, path});
  const uid_t user = ::geteuid();
  if (!raw || raw->text.empty() || (user != 0 && raw->state.owner != user)) return std::nullopt;
  auto document = VaultDocument::parse(raw->text, path.string());
  if (!document) return std::nullopt;
  return *std::move(document);
}

Result<bool> is_unchanged(const VaultPlace& place, const VaultSnapshot& then) {
  // The bytes too: of two writes within one tick of the kernel's clock the second leaves the times
  // as they are.
  const RawSnapshot now = TRY(read_raw(source_of(place)));
  return now.state == then.state && now.text == then.document.text();
}

}  // namespace pindus
