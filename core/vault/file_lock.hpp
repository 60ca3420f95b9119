#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string_view>

#include "core/base/fault.hpp"
#include "core/base/file_descriptor.hpp"

namespace pindus {

/// How long anybody waits for a lock.
inline constexpr std::chrono::seconds lock_wait_limit{45};

/// The byte that is locked while the vault itself is replaced; Account::lock_byte has the others.
inline constexpr std::int64_t vault_lock_byte = 0;

/// One byte of the lock file, held. Ends with this object and with the process.
class FileLock {
 public:
  /// Waits for the byte. `subject` says in a fault what is locked ("the vault"). Makes the lock
  /// file where there is none, with the owner of its directory. Faults: vault (after
  /// lock_wait_limit, or the file can't be opened or locked); aborted.
  [[nodiscard]] static Result<FileLock> take(const std::filesystem::path& file, std::int64_t byte,
                                             std::string_view subject, const std::stop_token& stop,
                                             std::chrono::milliseconds limit = lock_wait_limit);

  [[nodiscard]] std::int64_t byte() const noexcept { return byte_; }

 private:
  FileLock(FileDescriptor file, std::int64_t byte) : file_(std::move(file)), byte_(byte) {}

  FileDescriptor file_;
  std::int64_t byte_;
};

}  // namespace pindus
