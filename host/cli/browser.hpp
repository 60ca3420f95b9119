#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/environment.hpp"

namespace pindus {

/// The command lines of $BROWSER for that address, in their order: a list by colons, each taken
/// apart as a shell does it (blanks, quotes, backslash, and nothing else), the address in the place
/// of each %s, else as the last word.
[[nodiscard]] std::vector<std::vector<std::string>> browser_commands(std::string_view list,
                                                                     std::string_view url);

/// Opens an http or https address with the first program of $BROWSER that doesn't fail within a
/// second; without that variable, with xdg-open where there is a display. Such a program inherits
/// standard streams that lead nowhere, and nothing else of ours. False where no program is left, at
/// another scheme, and where `stop` asks first.
[[nodiscard]] bool open_in_browser(std::string_view url, const Environment& environment,
                                   const std::stop_token& stop);

}  // namespace pindus
