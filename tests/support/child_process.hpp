#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pindus::test {

using Variables = std::map<std::string, std::string>;

/// How a process ended.
struct ProcessResult {
  int exit_code = -1;  ///< 128 + the signal where one ended it, as a shell says it
  std::string out;
  std::string err;
  std::chrono::milliseconds elapsed{};
};

/// A process with its standard streams on pipes, killed where it outlives this object. Every
/// function throws std::runtime_error, with what the process said, where its time is over.
class ChildProcess {
 public:
  using Milliseconds = std::chrono::milliseconds;
  static constexpr Milliseconds patience{30'000};

  /// argv[0] is looked for on PATH; the environment is exactly `environment`.
  ChildProcess(std::vector<std::string> argv, const Variables& environment);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  void write_input(std::string_view text);
  void close_input() noexcept;
  void signal(int number) const noexcept;

  /// Waits until standard output or error holds `text` and the rest of its line; gives the line
  /// from `text` on, without it.
  std::string wait_for(std::string_view text, Milliseconds limit = patience);

  /// Waits until `find` finds something in what standard output and error hold so far.
  std::string wait_until(const std::function<std::optional<std::string>(const std::string&)>& find,
                         Milliseconds limit = patience);

  /// Closes the input, waits for the end, and gives all that was said.
  ProcessResult wait(Milliseconds limit = patience);

 private:
  // `end` wakes it as well, -1 never.
  void pump(const std::function<bool()>& done, Milliseconds limit, int end = -1);

  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  int error_ = -1;
  std::string out_;
  std::string err_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Starts a process, gives it `input`, and waits for it.
ProcessResult run_process(std::vector<std::string> argv, const Variables& environment,
                          std::string_view input = {},
                          ChildProcess::Milliseconds limit = ChildProcess::patience);

/// PATH, a UTF-8 locale, what sanitizers were told, and nothing else of what the person who runs
/// the tests has set.
[[nodiscard]] Variables plain_environment();

/// Where a program stands on PATH; nothing where it isn't installed.
[[nodiscard]] std::optional<std::string> find_program(std::string_view name);

}  // namespace pindus::test
