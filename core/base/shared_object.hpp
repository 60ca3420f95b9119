#pragma once

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

/// What keeps an open file from being loaded: all but a regular file below 256 MiB, on a file
/// system whose programs may be run, that is whole and for this machine by its ELF header and
/// program headers (the section headers are the linker's and may be missing): what the dynamic
/// loader would only find out by a SIGBUS, or by making this process's stack executable. Nothing:
/// it may be loaded. Reads the headers only. Any thread.
[[nodiscard]] std::optional<ObjectFlaw> flaw_of_file(int descriptor);

/// The same of a file's bytes, where the file system has no say.
[[nodiscard]] std::optional<ObjectFlaw> flaw_of_object(std::string_view bytes);

}  // namespace pindus
