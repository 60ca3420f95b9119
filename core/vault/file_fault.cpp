#include "core/vault/file_fault.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <system_error>

#include "core/base/text.hpp"

namespace pindus {
namespace {

std::string what_to_do(const std::filesystem::path& path, int error) {
  switch (error) {
    case EPERM:
      return fmt::format("it or its folder may be immutable or append-only: lsattr -d {} {}",
                         shell_word(path.string()), shell_word(path.parent_path().string()));
    case EACCES:
      return fmt::format("its owner and mode are shown by: ls -la {}",
                         shell_word(path.parent_path().string()));
    case EROFS: return "the file system is read-only; INDUSAGI_HOME can name a folder that isn't";
    case ENOSPC:
    case EDQUOT: return "nothing was changed; free some space there and try again";
    case EFBIG: return "nothing was changed; raise the limit on file sizes: ulimit -f unlimited";
    case ENOLCK:
    case EOPNOTSUPP:
      return "its file system has no locks; INDUSAGI_HOME can name a folder on one that has";
    case ELOOP:
      return fmt::format("it is a link that leads nowhere: ls -l {}", shell_word(path.string()));
    case EISDIR:
    case ENOTDIR:
      return fmt::format("look at what stands there: ls -ld {}", shell_word(path.string()));
    case EMFILE:
    case ENFILE: return "too many files are open; raise the limit: ulimit -n 1024";
    case EIO: return "the disk reports an error; look at it (dmesg) before anything else";
    default: return "nothing was changed";
  }
}

}  // namespace

CredentialFault file_fault(const std::filesystem::path& path, std::string_view action, int error) {
  return credential_fault(FaultKind::vault,
                          fmt::format("{} can't be {}: {}", path.string(), action,
                                      std::generic_category().message(error)),
                          what_to_do(path, error));
}

CredentialFault not_a_file_fault(const std::filesystem::path& path) {
  return credential_fault(FaultKind::vault, fmt::format("{} is not a regular file", path.string()),
                          what_to_do(path, ENOTDIR));
}

CredentialFault stopped_fault() {
  return credential_fault(FaultKind::aborted, "stopped before it was done");
}

}  // namespace pindus
