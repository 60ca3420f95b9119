#include "core/vault/file_storage.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "core/base/platform.hpp"
#include "core/vault/file_fault.hpp"
#include "core/vault/file_lock.hpp"
#include "core/vault/file_snapshot.hpp"
#include "core/vault/memo_file.hpp"

namespace pindus {
namespace {

// What a refresh may add to the file: tokens are some kilobytes at most.
constexpr std::size_t room_for_growth = 64 * 1024;
// Another program that writes the vault this often while we try is not going to stop.
constexpr int write_attempts = 100;

// The file in pieces, for a reader that may not need all of it.
class FileReader {
 public:
  explicit FileReader(const std::filesystem::path& path)
      : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)),
        opened_(state()) {}
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;
  ~FileReader() { explicit_bzero(chunk_.data(), chunk_.size()); }

  static std::ptrdiff_t refill(void* self, const char** chunk) {
    auto& reader = *static_cast<FileReader*>(self);
    *chunk = reader.chunk_.data();
    for (;;) {
      const ssize_t count = ::read(reader.file_.get(), reader.chunk_.data(), reader.chunk_.size());
      if (count >= 0 || errno != EINTR) return count;
    }
  }

  // Else what was read may be half of what was there and half of what is.
  [[nodiscard]] bool is_unchanged() const { return state() == opened_; }

 private:
  [[nodiscard]] std::array<std::int64_t, 5> state() const {
    struct stat now = {};
    if (::fstat(file_.get(), &now) != 0) return {};
    return {now.st_size, now.st_mtim.tv_sec, now.st_mtim.tv_nsec, now.st_ctim.tv_sec,
            now.st_ctim.tv_nsec};
  }

  FileDescriptor file_;
  std::array<std::int64_t, 5> opened_;
  std::array<char, std::size_t{64} * 1024> chunk_;
};

// A symbolic link stays one: what is replaced is the file that it leads to, there or not.
Result<std::filesystem::path> follow_links(const std::filesystem::path& link) {
  std::filesystem::path path = link;
  for (int followed = 0; followed < 40; ++followed) {
    std::error_code error;
    const auto target = std::filesystem::read_symlink(path, error);
    if (error) {
      if (error.value() == EINVAL || error.value() == ENOENT) return path;
      return std::unexpected(file_fault(path, "looked at", error.value()));
    }
    path = path.parent_path() / target;
  }
  return std::unexpected(file_fault(link, "written", ELOOP));
}

Result<void> check_access(const std::filesystem::path& path, int mode) {
  if (::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0 || errno == ENOENT) return {};
  return std::unexpected(file_fault(path, "written", errno));
}

// What would make the rename fail, or give the vault to somebody else.
Result<void> check_replaceable(const std::filesystem::path& target) {
  struct stat status = {};
  if (::lstat(target.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return std::unexpected(file_fault(target, "looked at", errno));
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(FaultKind::vault, fmt::format("{} is not a regular file", target.string()),
                fmt::format("look at what stands there: ls -ld '{}'", target.string()));
  }
  if (platform::is_mount_point(target)) {
    return fail(
        FaultKind::vault,
        fmt::format("{} is a mount point of its own and can't be replaced", target.string()),
        fmt::format("mount its folder '{}' instead", target.parent_path().string()));
  }
  if (::geteuid() != 0 && status.st_uid != ::geteuid()) {
    return fail(FaultKind::vault,
                fmt::format("{} belongs to another user (uid {}) and would have to be given back",
                            target.string(), status.st_uid),
                "run pindus as that user");
  }
  return {};
}

}  // namespace

class HeldFileAccount final : public HeldAccount {
 public:
  HeldFileAccount(const FileStorage& vault, FileLock lock)
      : vault_(vault), lock_(std::move(lock)) {}

  Result<void> reserve() override {
    const auto target = PINDUS_TRY(vault_.prepare_to_write());
    struct stat status = {};
    if (::stat(target.c_str(), &status) != 0) {
      return std::unexpected(file_fault(target, "looked at", errno));
    }
    auto made = PINDUS_TRY(ReplacementFile::make(target, lock_.byte()));
    PINDUS_CHECK(made.reserve(static_cast<std::size_t>(status.st_size) + room_for_growth));
    replacement_.emplace(std::move(made));
    return {};
  }

  Result<void> change(const VaultEdit& edit, const std::stop_token& stop) override {
    if (!replacement_) {
      const auto target = PINDUS_TRY(vault_.prepare_to_write());
      replacement_.emplace(PINDUS_TRY(ReplacementFile::make(target, lock_.byte())));
    }
    const FileLock whole = PINDUS_TRY(
        FileLock::take(vault_.lock_file_, vault_lock_byte, "the credential store", stop));
    const auto changed = vault_.replace(*replacement_, edit, stop);
    replacement_.reset();
    return changed;
  }

 private:
  const FileStorage& vault_;
  FileLock lock_;
  std::optional<ReplacementFile> replacement_;
};

FileStorage::FileStorage(std::filesystem::path profile)
    : profile_(std::move(profile)),
      file_(profile_ / "auth.json"),
      lock_file_(profile_ / "auth.json.lock") {}

bare::KeyAnswer FileStorage::find_ready_key(const bare::KeyRequest& request,
                                            bare::TextBuffer& out) {
  FileReader file(file_);
  bare::JsonReader reader(&FileReader::refill, &file);
  const bare::KeyAnswer answer = bare::find_ready_key(reader, request, out);
  return file.is_unchanged() ? answer : bare::KeyAnswer::not_sure;
}

Result<VaultDocument> FileStorage::read(const std::stop_token& stop) {
  return PINDUS_TRY(read_vault(file_, stop)).document;
}

Result<void> FileStorage::check_writable() {
  PINDUS_CHECK(check_access(profile_, W_OK | X_OK));
  PINDUS_CHECK(check_access(lock_file_, R_OK | W_OK));
  const auto target = PINDUS_TRY(follow_links(file_));
  PINDUS_CHECK(check_access(target.parent_path(), W_OK | X_OK));
  return check_replaceable(target);
}

Result<std::unique_ptr<HeldAccount>> FileStorage::hold_account(const Account& account,
                                                               const std::stop_token& stop) {
  PINDUS_CHECK(make_private_directory(profile_));
  auto lock =
      PINDUS_TRY(FileLock::take(lock_file_, account.lock_byte(), account.described(), stop));
  return std::make_unique<HeldFileAccount>(*this, std::move(lock));
}

std::string FileStorage::memo(const Account& account) {
  return read_memo(memo_file(account));
}

void FileStorage::leave_memo(const Account& account, std::string_view text) {
  write_memo(memo_file(account), text);
}

std::filesystem::path FileStorage::memo_file(const Account& account) const {
  std::filesystem::path file = follow_links(file_).value_or(file_);
  file += fmt::format(".pindus-memo-{:x}", account.lock_byte());
  return file;
}

Result<void> FileStorage::change(const VaultEdit& edit, const std::stop_token& stop) {
  PINDUS_CHECK(make_private_directory(profile_));
  const FileLock lock =
      PINDUS_TRY(FileLock::take(lock_file_, vault_lock_byte, "the credential store", stop));
  const auto target = PINDUS_TRY(prepare_to_write());
  auto replacement = PINDUS_TRY(ReplacementFile::make(target, lock.byte()));
  return replace(replacement, edit, stop);
}

Result<std::filesystem::path> FileStorage::prepare_to_write() const {
  auto target = PINDUS_TRY(follow_links(file_));
  PINDUS_CHECK(check_replaceable(target));
  return target;
}

Result<void> FileStorage::replace(ReplacementFile& replacement, const VaultEdit& edit,
                                  const std::stop_token& stop) const {
  for (int attempt = 0; attempt < write_attempts; ++attempt) {
    const VaultSnapshot before = PINDUS_TRY(read_vault(replacement.target(), stop));
    const SecretText text = PINDUS_TRY(edit(before.document));
    if (text == before.document.text()) return {};
    PINDUS_CHECK(replacement.write(text));
    if (PINDUS_TRY(is_unchanged(replacement.target(), before))) {
      return replacement.replace_target();
    }
  }
  return fail(FaultKind::vault, fmt::format("another program keeps writing {}", file_.string()),
              fmt::format("find it with: fuser '{}'", file_.string()));
}

}  // namespace pindus
