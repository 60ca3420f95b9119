#pragma once

#include <filesystem>

#include "core/base/fault.hpp"

namespace pindus {

/// The profile's directory, from the environment, else from the password database. Touches no file
/// of it. Fault: vault, where nothing says what the home directory is.
[[nodiscard]] Result<std::filesystem::path> profile_directory();

}  // namespace pindus
