#include "core/import/source_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "core/base/read_file.hpp"
#include "core/base/text.hpp"

namespace pindus {
namespace {

constexpr std::size_t source_size_limit = std::size_t{1} << 20;
constexpr std::chrono::seconds longest_wait{10};

std::unexpected<Reason> not_read(const std::filesystem::path& path, std::string_view why,
                                 std::string hint = {}) {
  return std::unexpected(Reason{
      fmt::format("{} can't be read: {}", printable(path.native(), 1000), why), std::move(hint)});
}

// What a link leads to is judged, not the link: people keep such files elsewhere.
std::expected<void, Reason> check_status(const std::filesystem::path& path,
                                         const struct stat& status, SourceNamed named) {
  if (S_ISDIR(status.st_mode)) return not_read(path, "it is a folder");
  const bool may_be_pipe = named == SourceNamed::yes && S_ISFIFO(status.st_mode);
  if (!S_ISREG(status.st_mode) && !may_be_pipe) return not_read(path, "it is no regular file");
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    return not_read(path, fmt::format("it belongs to another user (uid {})", status.st_uid),
                    "run pindus as that user, or copy what is yours");
  }
  if (!may_be_pipe && (status.st_mode & S_IWOTH) != 0) {
    return not_read(path, "everybody may write it, so that its keys may be anybody's",
                    fmt::format("look at it, then: chmod o-w {}", shell_word(path.native())));
  }
  return {};
}

}  // namespace

std::expected<SecretText, Reason> read_source_file(const std::filesystem::path& path,
                                                   SourceNamed named, const std::stop_token& stop) {
  const FileDescriptor file = open_to_read(path);
  if (!file.is_open()) return not_read(path, reading_error(errno));
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) return not_read(path, reading_error(errno));
  if (auto right = check_status(path, status, named); !right) {
    return std::unexpected(std::move(right).error());
  }
  auto text = read_open_file<SecretText>(file.get(), source_size_limit, {longest_wait, stop});
  if (!text) return not_read(path, reading_error(text.error()));
  if (text->size() > source_size_limit) return not_read(path, "it is larger than 1 MiB");
  return *std::move(text);
}

}  // namespace pindus
