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

#include "core/bare/profile_file.hpp"
#include "core/base/text.hpp"
#include "core/vault/file_fault.hpp"
#include "core/vault/file_snapshot.hpp"
#include "core/vault/file_transaction.hpp"
#include "core/vault/held_file_accounts.hpp"
#include "core/vault/memo_file.hpp"
#include "core/vault/private_file.hpp"

namespace pindus {
namespace {

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
  std::array<char, std::size_t{64} * 1024> chunk;  // not touched where nothing is read
  bare::ProfileFile file(chunk.data(), chunk.size());
  bare::KeyAnswer answer = bare::KeyAnswer::not_sure;
  if (file.open(bare_text(profile_.native()), "auth.json")) {
    bare::JsonReader reader(&bare::ProfileFile::refill, &file);
    answer = bare::find_ready_key(reader, request, out);
    if (!file.is_unchanged()) answer = bare::KeyAnswer::not_sure;
  }
  file.close();
  return answer;
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
