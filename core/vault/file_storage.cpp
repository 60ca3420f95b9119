#include "core/vault/file_storage.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "core/base/file_descriptor.hpp"
#include "core/base/text.hpp"
#include "core/vault/file_fault.hpp"
#include "core/vault/file_snapshot.hpp"
#include "core/vault/file_transaction.hpp"
#include "core/vault/held_file_accounts.hpp"
#include "core/vault/memo_file.hpp"
#include "core/vault/private_file.hpp"

namespace pindus {
namespace {

// The file in pieces, for a reader that may not need all of it.
class FileReader {
 public:
  explicit FileReader(const std::filesystem::path& path)
      : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)),
        opened_(state()) {}
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;
  ~FileReader() { explicit_bzero(chunk_.data(), filled_); }

  static std::ptrdiff_t refill(void* self, const char** chunk) {
    auto& reader = *static_cast<FileReader*>(self);
    *chunk = reader.chunk_.data();
    for (;;) {
      const ssize_t count = ::read(reader.file_.get(), reader.chunk_.data(), reader.chunk_.size());
      if (count < 0 && errno == EINTR) continue;
      reader.filled_ =
          std::max(reader.filled_, static_cast<std::size_t>(std::max(count, ssize_t{0})));
      return count;
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
  std::array<char, std::size_t{64} * 1024> chunk_;  // not touched where nothing is read
  std::size_t filled_ = 0;
};

std::unexpected<CredentialFault> unwritable(const std::filesystem::path& path) {
  return std::unexpected(file_fault(path, "written", errno));
}

}  // namespace

FileStorage::FileStorage(const std::filesystem::path& profile,
                         std::function<void(std::string_view)> say)
    : profile_(std::filesystem::absolute(profile)),
      file_(profile_ / "auth.json"),
      notes_(std::move(say)) {}

bare::KeyAnswer FileStorage::find_ready_key(const bare::KeyRequest& request,
                                            bare::TextBuffer& out) {
  FileReader file(file_);
  bare::JsonReader reader(&FileReader::refill, &file);
  const bare::KeyAnswer answer = bare::find_ready_key(reader, request, out);
  return file.is_unchanged() ? answer : bare::KeyAnswer::not_sure;
}

Result<VaultDocument> FileStorage::read(const std::stop_token& stop) {
  VaultSnapshot snapshot = TRY(read_vault(file_, stop));
  if ((snapshot.state.mode & 077) != 0) {
    notes_.say(VaultNote::Topic::openness,
               fmt::format("{} is open to others (mode {:o}): chmod 600 {}", file_.string(),
                           snapshot.state.mode & 0777, shell_word(file_.string())));
  }
  return std::move(snapshot.document);
}

Result<void> FileStorage::check_writable() {
  constexpr int modify = W_OK | X_OK;
  std::filesystem::path folder = profile_;
  while (::faccessat(AT_FDCWD, folder.c_str(), F_OK, AT_EACCESS) != 0) {
    if (errno != ENOENT || !folder.has_relative_path()) return unwritable(folder);
    folder = folder.parent_path();
  }
  if (folder != profile_) {
    if (::faccessat(AT_FDCWD, folder.c_str(), modify, AT_EACCESS) == 0) return {};
    return unwritable(folder);
  }
  const auto place = TRY(VaultPlace::find(file_));
  if (::faccessat(place.folder.get(), ".", modify, AT_EACCESS) != 0) {
    return unwritable(place.file.parent_path());
  }
  const std::string lock = place.lock_name();
  if (::faccessat(place.folder.get(), lock.c_str(), R_OK | W_OK, AT_EACCESS) != 0 &&
      errno != ENOENT) {
    return unwritable(place.beside(lock));
  }
  return place.check_replaceable();
}

Result<void> FileStorage::prove_writable(const std::stop_token& stop) {
  const auto place = TRY(place_to_write());
  auto transaction = TRY(FileTransaction::begin(place, notes_, stop));
  const VaultDocument now = TRY(transaction.prove(stop));
  auto replacement = TRY(ReplacementFile::make(place, {}, notes_));
  return replacement.reserve(now.text().size() + room_for_growth);
}

Result<std::unique_ptr<HeldAccounts>> FileStorage::hold_accounts(std::span<const Account> accounts,
                                                                 const std::stop_token& stop) {
  return HeldFileAccounts::hold(TRY(place_to_write()), accounts, notes_, stop);
}

std::string FileStorage::memo(const Account& account) {
  const auto place = VaultPlace::find(file_);
  return place ? read_memo(*place, account) : std::string();
}

void FileStorage::leave_memo(const Account& account, std::string_view text) {
  if (const auto place = VaultPlace::find(file_)) write_memo(*place, account, text);
}

Result<void> FileStorage::change(const VaultEdit& edit, const std::stop_token& stop) {
  const auto place = TRY(place_to_write());
  auto transaction = TRY(FileTransaction::begin(place, notes_, stop));
  std::optional<ReplacementFile> replacement;
  return transaction.change(edit, replacement, {}, settle_time, stop);
}

Result<VaultPlace> FileStorage::place_to_write() const {
  TRY(make_private_directory(profile_));
  return VaultPlace::find(file_);
}

}  // namespace pindus
