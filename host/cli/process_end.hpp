#pragma once

#include <functional>

namespace pindus {

/// While an object of this type lives, a command of ours isn't done, and so this process can't end
/// with exit code 0: whoever in it calls exit(), quick_exit() or _exit() (a plugin, or a thread
/// that one began, against P9) has it fail with a word on standard error. What can't be caught is a
/// bare system call. A child that was forked ends as it likes. One at a time.
class WorkUnderWay {
 public:
  /// `before_end` is called first in such an end, on the thread that ends the process.
  explicit WorkUnderWay(std::function<void()> before_end);
  WorkUnderWay(const WorkUnderWay&) = delete;
  WorkUnderWay& operator=(const WorkUnderWay&) = delete;
  ~WorkUnderWay();

  /// For the functions that end the process, before they do: returns where that may be.
  static void judge(int status) noexcept;

 private:
  std::function<void()> before_end_;
};

}  // namespace pindus
