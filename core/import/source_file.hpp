#pragma once

#include <expected>
#include <filesystem>
#include <stop_token>

#include "core/base/fault.hpp"
#include "core/base/secret.hpp"

namespace pindus {

/// Whether a person named the file, who may then give a pipe.
enum class SourceNamed { no, yes };

/// The text of another program's file, which is only read: at most 1 MiB, of the user or root, and
/// nobody else may have written it. A pipe is waited for, 10 s at most, or until a stop. The reason
/// names the file. Any thread.
[[nodiscard]] std::expected<SecretText, Reason> read_source_file(const std::filesystem::path& path,
                                                                 SourceNamed named,
                                                                 const std::stop_token& stop);

}  // namespace pindus
