#include "core/vault/text_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <tuple>

#include "core/base/platform.hpp"
#include "core/base/read_file.hpp"
#include "core/base/text.hpp"
#include "core/vault/file_fault.hpp"
#include "core/vault/left_over.hpp"
#include "core/vault/private_file.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

std::unexpected<CredentialFault> unwritable(const fs::path& file, int error) {
  return std::unexpected(file_fault(file, "written", error));
}

// Those that aren't there; make_private_directory makes them.
std::vector<fs::path> missing_folders(const fs::path& folder) {
  std::vector<fs::path> missing;
  std::error_code error;
  for (fs::path at = folder; at.has_relative_path() && !fs::exists(at, error) && !error;
       at = at.parent_path()) {
    missing.insert(missing.begin(), at);
  }
  return missing;
}

Result<void> check_unchanged(const TextFile& before) {
  if (TRY(read_text_file(before.path)).text == before.text) return {};
  return fail(FaultKind::vault,
              fmt::format("{} was changed by another program meanwhile", before.path.string()),
              "nothing was changed; try again");
}

// That it may be replaced by us is more than that the folder may be written: who takes away the
// right to write, means it.
Result<void> check_writable(const VaultPlace& place, const struct stat& status) {
  if ((status.st_mode & S_IWUSR) == 0) {
    return fail(FaultKind::vault, fmt::format("{} is read-only", place.file.string()),
                fmt::format("if you mean it: chmod u+w {}", shell_word(place.file.string())));
  }
  return {};
}

// Gives the new file what the old one had.
std::expected<void, int> take_after(int file, const struct stat& old, const std::string& old_acl) {
  if (auto given = give_to(old.st_uid, old.st_gid, file); !given) return given;
  struct stat made = {};
  if (::fstat(file, &made) != 0) return std::unexpected(errno);
  // What the group could do, another group must not.
  const bool is_same_group = made.st_gid == old.st_gid;
  // Beside an ACL the group's bits are what it gives to anybody but the owner (acl(5)).
  const mode_t kept = is_same_group && old_acl.empty() ? 07777 : 07707;
  if (::fchmod(file, old.st_mode & kept) != 0 && errno != EPERM) return std::unexpected(errno);
  if (is_same_group && !old_acl.empty()) {
    // Where it can't be kept, nobody gets more than before.
    std::ignore = platform::set_access_acl(file, old_acl);
  }
  return {};
}

std::expected<void, int> write_in_place(const VaultPlace& place, std::string_view text) {
  const FileDescriptor file(::openat(place.folder.get(), place.name.c_str(),
                                     O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.is_open()) return std::unexpected(errno);
  return write_whole(file.get(), text);
}

std::expected<FileDescriptor, int> make_new(const VaultPlace& place, const std::string& name,
                                            NewFileMode mode) {
  if (mode == NewFileMode::private_) return make_private_file(place.folder.get(), name);
  FileDescriptor file(::openat(place.folder.get(), name.c_str(),
                               O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (!file.is_open()) return std::unexpected(errno);
  return file;
}

}  // namespace

Result<TextFile> read_text_file(const fs::path& path) {
  const FileDescriptor file = open_to_read(path);
  if (!file.is_open()) {
    if (errno == ENOENT) return TextFile{path, std::nullopt};
    return std::unexpected(file_fault(path, "read", errno));
  }
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) return std::unexpected(file_fault(path, "read", errno));
  if (!S_ISREG(status.st_mode)) return std::unexpected(not_a_file_fault(path));
  auto text = read_open_file<std::string>(file.get(), text_file_limit);
  if (!text) return std::unexpected(file_fault(path, "read", text.error()));
  if (text->size() <= text_file_limit) return TextFile{path, *std::move(text)};
  return fail(FaultKind::vault, fmt::format("{} is larger than 4 MiB", path.string()),
              "look at what stands there; nothing was changed");
}

Result<MadeOnTheWay> replace_text_file(const TextFile& before, std::string_view text,
                                       NewFileMode mode) {
  MadeOnTheWay made;
  // A link to a file that isn't there yet has it made where it leads.
  std::error_code error;
  const bool is_link = fs::is_symlink(before.path, error);
  if (!is_link) {
    made.folders = missing_folders(before.path.parent_path());
    TRY(make_private_directory(before.path.parent_path()));
  }
  const VaultPlace place = TRY(VaultPlace::find(before.path));
  const auto status = TRY(place.look_at(place.name));
  if (status) {
    TRY(check_writable(place, *status));
    if (status->st_nlink > 1 || platform::is_mount_point(place.folder.get(), place.name)) {
      TRY(check_unchanged(before));
      if (auto done = write_in_place(place, text); !done)
        return unwritable(place.file, done.error());
      return made;
    }
    TRY(place.check_replaceable());
  }
  std::string acl;
  if (status) {
    auto found = platform::access_acl(place.file);
    if (!found) return unwritable(place.file, found.error());
    acl = *std::move(found);
  }
  const std::string next = replacement_name(place, {});
  const auto file =
      status ? make_private_file(place.folder.get(), next) : make_new(place, next, mode);
  if (!file) return unwritable(place.file, file.error());
  const auto give_up = [&](int reason) {
    ::unlinkat(place.folder.get(), next.c_str(), 0);
    return unwritable(place.file, reason);
  };
  if (auto done = status ? take_after(file->get(), *status, acl)
                         : give_to_owner_of(place.folder.get(), file->get());
      !done) {
    return give_up(done.error());
  }
  if (auto done = write_whole(file->get(), text); !done) return give_up(done.error());
  if (auto same = check_unchanged(before); !same) {
    ::unlinkat(place.folder.get(), next.c_str(), 0);
    return std::unexpected(std::move(same).error());
  }
  if (::renameat(place.folder.get(), next.c_str(), place.folder.get(), place.name.c_str()) != 0) {
    return give_up(errno);
  }
  // Some file systems have none for folders; what was there before is no loss.
  static_cast<void>(::fsync(place.folder.get()));
  return made;
}

Result<void> remove_text_file(const TextFile& before) {
  std::error_code error;
  if (fs::is_symlink(before.path, error)) {
    TRY(replace_text_file(before, ""));
    return {};
  }
  const VaultPlace place = TRY(VaultPlace::find(before.path));
  TRY(check_unchanged(before));
  if (::unlinkat(place.folder.get(), place.name.c_str(), 0) != 0 && errno != ENOENT) {
    return std::unexpected(file_fault(place.file, "removed", errno));
  }
  return {};
}

}  // namespace pindus
