#pragma once

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/file_descriptor.hpp"
#include "tests/support/child_process.hpp"

namespace pindus::test {

/// A program on a pseudo terminal of its own, 80 columns wide, killed where it outlives this
/// object. What it says is collected; every wait ends after 20 s with an exception that has it.
class TerminalSession {
 public:
  TerminalSession(std::vector<std::string> argv, const Variables& environment) {
    int controller = -1;
    int terminal = -1;
    const winsize size{24, 80, 0, 0};
    if (::openpty(&controller, &terminal, nullptr, nullptr, &size) != 0) {
      throw std::runtime_error("openpty failed");
    }
    controller_ = FileDescriptor(controller);
    terminal_ = FileDescriptor(terminal);
    ::fcntl(controller, F_SETFD, FD_CLOEXEC);
    ::tcgetattr(terminal, &before_);
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
    std::vector<char*> envp;
    for (auto& variable : variables) envp.push_back(variable.data());
    envp.push_back(nullptr);
    std::vector<char*> args;
    for (auto& arg : argv) args.push_back(arg.data());
    args.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::login_tty(terminal);
      ::execve(args[0], args.data(), envp.data());
      ::_exit(127);
    }
  }
  ~TerminalSession() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }
  TerminalSession(const TerminalSession&) = delete;
  TerminalSession& operator=(const TerminalSession&) = delete;

  void wait_for(std::string_view text) {
    while (said_.find(text, seen_) == std::string::npos) {
      if (!read_some()) fail(std::string(text));
    }
    seen_ = said_.find(text, seen_) + text.size();
  }

  void type(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count =
          ::write(controller_.get(), text.data(), std::min<std::size_t>(text.size(), 1024));
      if (count <= 0) throw std::runtime_error("the terminal takes nothing");
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  void signal(int number) const { ::kill(pid_, number); }

  /// The exit code, 128 + the signal where one ended it.
  int wait() {
    int status = 0;
    const auto end = Clock::now() + patience;
    while (::waitpid(pid_, &status, WNOHANG) == 0) {
      if (Clock::now() > end) fail("its end");
      static_cast<void>(read_some(std::chrono::milliseconds(20)));
    }
    pid_ = -1;
    while (read_some(std::chrono::milliseconds(50))) continue;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

  [[nodiscard]] const std::string& said() const noexcept { return said_; }

  /// Whether the terminal's settings are those from before the program began.
  [[nodiscard]] bool restored() const {
    termios now{};
    ::tcgetattr(terminal_.get(), &now);
    return now.c_lflag == before_.c_lflag && now.c_iflag == before_.c_iflag &&
           now.c_oflag == before_.c_oflag;
  }

  /// What a shell would read next, without waiting.
  [[nodiscard]] std::string left_over() const {
    std::string text(4096, '\0');
    pollfd ready{terminal_.get(), POLLIN, 0};
    if (::poll(&ready, 1, 0) <= 0) return {};
    const ssize_t count = ::read(terminal_.get(), text.data(), text.size());
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds patience{20'000};

  bool read_some(std::chrono::milliseconds limit = patience) {
    pollfd ready{controller_.get(), POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(limit.count())) <= 0) return false;
    char bytes[4096];
    const ssize_t count = ::read(controller_.get(), bytes, sizeof bytes);
    if (count <= 0) return false;
    said_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  [[noreturn]] void fail(const std::string& expected) const {
    throw std::runtime_error("waited in vain for " + expected + "; it said:\n" + said_);
  }

  FileDescriptor controller_;
  FileDescriptor terminal_;
  termios before_{};
  pid_t pid_ = -1;
  std::string said_;
  std::size_t seen_ = 0;
};

}  // namespace pindus::test
