#pragma once

#include <functional>

#include <pindus/plugin.h>

namespace pindus::plugin_tool {

/// Runs `body` with every text that lend_text() shows standing in memory that can't be touched once
/// its callback is over. Returns true as soon as such memory is touched all the same: `body` was
/// then left in the middle, and this process is good for nothing but saying so.
[[nodiscard]] bool touches_returned_text(const std::function<void()>& body);

/// Shows a text of the host's to a plugin. Throws what comes out of `read`, against P6.
void lend_text(pindus_read read, void* context, pindus_str text);

}  // namespace pindus::plugin_tool
