#pragma once

namespace pindus {

/// The environment of this process as execve wants it. What `environ` is in a module that is bound
/// to itself may be another variable than the program's, which nobody fills.
[[nodiscard]] char** process_variables() noexcept;

}  // namespace pindus
