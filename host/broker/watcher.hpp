#pragma once

#include <functional>

namespace pindus::broker {

/// Runs `work` in a child process, again where it crashes, until the process behind `watched` (a
/// pidfd) has ended; then ends the child. The child dies with this process. For a process with one
/// thread.
void watch(int watched, const std::function<int()>& work);

}  // namespace pindus::broker
