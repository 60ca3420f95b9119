#pragma once

#include <sys/types.h>

#include <optional>

namespace pindus::platform {

/// Whether this program was started with more rights than its caller has (set-user-id and the
/// like), so that the caller's environment must not steer it.
[[nodiscard]] bool is_privileged_start() noexcept;

/// In a user namespace that doesn't map uid 0: who root's files seem to belong to. Else nothing.
[[nodiscard]] std::optional<uid_t> stand_in_for_root();

}  // namespace pindus::platform
