#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/base/environment.hpp"

namespace pindus {

/// The program of that name: one with a slash is a path, any other is looked for on PATH. Nothing
/// where there is none that may be executed. Where execvp(3) would go on to have a shell run what
/// the kernel can't, this doesn't.
[[nodiscard]] std::optional<std::filesystem::path> find_program(const std::string& name,
                                                                const Environment& environment);

}  // namespace pindus
