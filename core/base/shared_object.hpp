#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/fault.hpp"

namespace pindus {

/// What keeps a file from being loaded into this process as a shared object.
struct ObjectFlaw {
  enum class Kind {
    unreadable,
    noexec,  ///< on a file system whose programs may not be run
    no_shared_object,
    cut_short,
    other_machine,
    executable_stack,
  };
  Kind kind = Kind::unreadable;
  /// The message goes on after the file's name: "is cut short: ...". The hint is for whoever
  /// installs the file.
  Reason why;
};

/// Looks at a whole file's bytes, by its ELF header and program headers (the section headers are
/// the linker's and may be missing): what the dynamic loader would only find out by a SIGBUS, or
/// by making this process's stack executable. Nothing: it may be loaded. Any thread.
[[nodiscard]] std::optional<ObjectFlaw> flaw_of_object(std::string_view bytes);

/// All bytes of an open file, which has no flaw; it must be a regular file below 256 MiB. Any
/// thread.
[[nodiscard]] std::expected<std::string, ObjectFlaw> read_object(int descriptor);

}  // namespace pindus
