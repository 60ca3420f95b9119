#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/fault.hpp"
#include "core/base/file_descriptor.hpp"

namespace pindus {

/// Makes a file that wasn't there, open for reading and writing, mode 0600 whatever the umask. The
/// error is an errno; EEXIST where it was.
[[nodiscard]] std::expected<FileDescriptor, int> make_private_file(
    const std::filesystem::path& path);

/// Makes a directory and those above it that are missing, mode 0700 whatever the umask, each with
/// the owner of its parent. One that is there stays as it is.
[[nodiscard]] Result<void> make_private_directory(const std::filesystem::path& path);

/// What root makes in somebody's directory is theirs (`sudo -E`); for anybody else it is so anyway.
[[nodiscard]] Result<void> give_to_owner_of_parent(const std::filesystem::path& path);

/// A file beside `target` that will take its place: whole, durable, private. Removed with this
/// object unless it did.
class ReplacementFile {
 public:
  /// `target` is no link. The file is `TARGET.N.new`; whoever makes it holds lock byte N, so a left
  /// over one is a crash's and is removed. It gets the target's owner, else its directory's.
  [[nodiscard]] static Result<ReplacementFile> make(const std::filesystem::path& target,
                                                    std::int64_t lock_byte);
  ReplacementFile(ReplacementFile&& other) noexcept = default;
  ReplacementFile& operator=(ReplacementFile&& other) noexcept = delete;
  ~ReplacementFile();

  /// Takes that much of the disk now, so that a later `write` doesn't find it full.
  [[nodiscard]] Result<void> reserve(std::size_t bytes);

  /// Makes `text` all that it holds, on the disk itself.
  [[nodiscard]] Result<void> write(std::string_view text);

  /// Puts it in the target's place, also on the disk. It is done with then.
  [[nodiscard]] Result<void> replace_target();

  [[nodiscard]] const std::filesystem::path& target() const noexcept { return target_; }

 private:
  ReplacementFile(std::filesystem::path target, std::filesystem::path path, FileDescriptor file)
      : target_(std::move(target)), path_(std::move(path)), file_(std::move(file)) {}

  std::filesystem::path target_;
  std::filesystem::path path_;
  FileDescriptor file_;
};

}  // namespace pindus
