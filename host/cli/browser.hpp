#pragma once

#include <string_view>

#include "core/base/environment.hpp"

namespace pindus {

/// Opens an http or https address with $BROWSER, else xdg-open, and doesn't wait for it. False
/// where there is no display, no such program, or another scheme.
[[nodiscard]] bool open_in_browser(std::string_view url, const Environment& environment);

}  // namespace pindus
