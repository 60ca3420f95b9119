#pragma once

#include <sys/types.h>

#include <functional>
#include <iostream>
#include <string_view>

namespace pindus::test {

/// What a child says where it can't do its test on this system.
inline constexpr int exit_skipped = 77;

/// Ends the child: what it was to show isn't so.
[[noreturn]] void child_failed(std::string_view what);

/// In a child: goes on only if `condition` holds.
inline void require(bool condition, std::string_view what) {
  if (!condition) child_failed(what);
}

/// Starts a child that does `work` and exits with what it gives.
[[nodiscard]] pid_t start_child(const std::function<int()>& work);

/// Waits for its end; 128 + the signal where one ended it.
[[nodiscard]] int wait_for_child(pid_t child);

/// Both.
[[nodiscard]] inline int run_child(const std::function<int()>& work) {
  return wait_for_child(start_child(work));
}

/// In a child that root runs: becomes that user, without any privilege.
void become_user(uid_t user);
inline constexpr uid_t ordinary_user = 65534;

/// In a child: a mount namespace of its own, by a user namespace where this isn't root. False where
/// the system forbids it.
[[nodiscard]] bool enter_mount_namespace();

/// Tells CTest that a test can't run here.
inline void skip(std::string_view reason) {
  std::cout << "SKIPPED: " << reason << std::endl;
}

/// From where a killer counts: the child's first system call, or the first behind the point where
/// it stops itself (SIGSTOP).
enum class KillFrom { start, stop };

/// Runs `work` in children that are killed (SIGKILL) at the first, second, ... system call, until
/// one gets through; `prepare` runs before each, `check` after it. Returns how many were killed, or
/// -1 where ptrace isn't permitted.
[[nodiscard]] int kill_at_every_system_call(KillFrom from, const std::function<void()>& prepare,
                                            const std::function<int()>& work,
                                            const std::function<void(bool killed)>& check);

}  // namespace pindus::test
