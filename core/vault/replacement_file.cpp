#include "core/vault/replacement_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "core/base/platform.hpp"
#include "core/vault/file_fault.hpp"
#include "core/vault/private_file.hpp"

namespace pindus {
namespace {

std::unexpected<CredentialFault> unwritable(const VaultPlace& place, int error) {
  return std::unexpected(file_fault(place.file, "written", error));
}

// Beyond it a write raises SIGXFSZ, and a reservation says nothing.
Result<void> check_size_limit(const VaultPlace& place, std::size_t bytes) {
  struct rlimit limit = {};
  if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
      bytes > limit.rlim_cur) {
    return unwritable(place, EFBIG);
  }
  return {};
}

Result<FileDescriptor> make_file(const VaultPlace& place, const std::string& name) {
  auto made = make_private_file(place.folder.get(), name);
  if (!made) return std::unexpected(file_fault(place.file, "replaced", made.error()));
  return std::move(*made);
}

// The owner of the vault, where it is there, else that of its folder.
Result<void> give_to_owner(const VaultPlace& place, int file) {
  const auto vault = TRY(place.look_at(place.name));
  const auto given = vault ? give_to(vault->st_uid, vault->st_gid, file)
                           : give_to_owner_of(place.folder.get(), file);
  if (given) return {};
  auto fault = file_fault(place.file, "given back to its owner", given.error());
  fault.hint = fmt::format("run pindus as the user who owns {}", place.file.parent_path().string());
  return std::unexpected(std::move(fault));
}

}  // namespace

Result<ReplacementFile> ReplacementFile::make(const VaultPlace& place, const Stake& stake,
                                              VaultNotes& notes) {
  std::string name = replacement_name(place, stake);
  ReplacementFile made(place, name, TRY(make_file(place, name)));
  TRY(give_to_owner(place, made.file_.get()));
  struct stat status = {};
  if (::fstat(made.file_.get(), &status) == 0 && (status.st_mode & 077) != 0) {
    made.is_private_ = false;
    notes.say(VaultNote::Topic::openness,
              fmt::format("{} is open to others (mode {:o}): its file system doesn't keep modes",
                          place.file.string(), status.st_mode & 0777));
  }
  return made;
}

ReplacementFile::~ReplacementFile() {
  // Under its name may stand somebody else's file by now.
  if (file_.is_open() && is_in_place()) ::unlinkat(place_->folder.get(), name_.c_str(), 0);
}

Result<void> ReplacementFile::reserve(std::size_t bytes) {
  TRY(check_size_limit(*place_, bytes));
  const auto reserved = platform::reserve_space(file_.get(), bytes);
  if (reserved) return {};
  if (reserved.error() != EOPNOTSUPP) return unwritable(*place_, reserved.error());
  // What is reserved by writing zeros must never have the vault's name, so it is another file,
  // without any.
  const std::string name = replacement_name(*place_, {});
  ballast_ = TRY(make_file(*place_, name));
  ::unlinkat(place_->folder.get(), name.c_str(), 0);
  const int error = ::posix_fallocate(ballast_.get(), 0, static_cast<off_t>(bytes));
  if (error != 0) return unwritable(*place_, error);
  return {};
}

Result<void> ReplacementFile::write(std::string_view text) {
  TRY(check_size_limit(*place_, text.size()));
  ballast_ = FileDescriptor();
  if (const auto done = write_whole(file_.get(), text); !done) {
    return unwritable(*place_, done.error());
  }
  return {};
}

bool ReplacementFile::is_in_place() const {
  struct stat written = {};
  const std::optional<struct stat> named = place_->look_at(name_).value_or(std::nullopt);
  return named && ::fstat(file_.get(), &written) == 0 && written.st_dev == named->st_dev &&
         written.st_ino == named->st_ino;
}

Result<bool> ReplacementFile::publish() {
  const int folder = place_->folder.get();
  if (::renameat(folder, name_.c_str(), folder, place_->name.c_str()) != 0) {
    if (errno == ENOENT) return false;
    return std::unexpected(file_fault(place_->file, "replaced", errno));
  }
  file_ = FileDescriptor();
  return true;
}

}  // namespace pindus
