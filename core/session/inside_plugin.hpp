#pragma once

#include <sys/types.h>

namespace pindus {

/// While an object of this type lives, this thread runs the code of the plugin in that file, or,
/// with null, the host's own on a plugin's behalf. A plugin that ends the process there by exit()
/// or quick_exit() (against P9) is named, and the process fails. `file` is borrowed.
class InsidePlugin {
 public:
  explicit InsidePlugin(const char* file) noexcept;
  InsidePlugin(const InsidePlugin&) = delete;
  InsidePlugin& operator=(const InsidePlugin&) = delete;
  ~InsidePlugin();

  /// Whether this thread runs a plugin's code, in the process that called it and not in a child of
  /// it. Async-signal-safe.
  [[nodiscard]] static bool here() noexcept;

 private:
  const char* file_before_;
  pid_t process_before_;
};

/// Says on standard error that a plugin ended the process, which none may, and which one where this
/// thread runs it; then ends the process with exit code 1 and without exit handlers. Any thread;
/// async-signal-safe.
[[noreturn]] void fail_for_plugin() noexcept;

}  // namespace pindus
