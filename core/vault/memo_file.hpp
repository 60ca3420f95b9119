#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace pindus {

/// A few lines that one process leaves for the next; see VaultStorage::memo. Empty where there are
/// none, or where they can't be read.
[[nodiscard]] std::string read_memo(const std::filesystem::path& file);

/// Leaves them, in a file of mode 0600 that belongs to its folder's owner; empty text removes it.
/// What can't be written is only forgotten.
void write_memo(const std::filesystem::path& file, std::string_view text);

}  // namespace pindus
