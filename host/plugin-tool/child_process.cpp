#include "host/plugin-tool/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <optional>
#include <string>
#include <system_error>

#include "core/base/fault.hpp"

namespace pindus::plugin_tool {
namespace {

constexpr std::size_t largest_report = 64 * 1024;

struct Pipe {
  int read_end = -1;
  int write_end = -1;

  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::system_category(), "pipe");
    read_end = ends[0];
    write_end = ends[1];
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_read();
    close_write();
  }
  void close_read() {
    if (read_end >= 0) close(read_end);
    read_end = -1;
  }
  void close_write() {
    if (write_end >= 0) close(write_end);
    write_end = -1;
  }
};

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

[[noreturn]] void be_the_child(const std::function<CheckResult()>& test, Pipe& report,
                               Pipe& output) {
  close(STDIN_FILENO);
  dup2(output.write_end, STDOUT_FILENO);
  dup2(output.write_end, STDERR_FILENO);
  output.close_read();
  report.close_read();
  // A group of its own, so that what a plugin starts ends with it.
  setpgid(0, 0);
  // A crash is the signal's own end, whoever watches for it in this program (a sanitizer does).
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) ::signal(number, SIG_DFL);
  CheckResult result;
  try {
    result = test();
  } catch (const std::exception& error) {
    result = {Status::crashed, {}, {fmt::format("the test itself failed: {}", error.what())}};
  }
  std::fflush(stdout);  // what a plugin printed counts, even if it left that in a buffer
  const auto line = [](std::string_view text) { return printable(text, std::string_view::npos); };
  write_all(report.write_end, fmt::format("{}\n{}\n{}\n{}", status_name(result.status), result.rule,
                                          line(result.why.message), line(result.why.hint)));
  // Not exit(): a plugin's destructors are no part of the contract.
  _exit(0);
}

// Reads until every writer is gone, or the time is up: then false.
bool read_until(std::chrono::steady_clock::time_point end, Pipe& report, std::string& report_text,
                Pipe& output, std::string& output_text) {
  while (report.read_end >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd polled[2] = {{report.read_end, POLLIN, 0}, {output.read_end, POLLIN, 0}};
    if (poll(polled, 2, static_cast<int>(left.count())) < 0 && errno != EINTR) return false;
    const auto drain = [](const pollfd& from, Pipe& pipe, std::string& text) {
      if ((from.revents & (POLLIN | POLLHUP | POLLERR)) == 0) return;
      char buffer[4096];
      const ssize_t n = read(pipe.read_end, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR) return;
      if (n <= 0) return pipe.close_read();
      if (text.size() < largest_report) text.append(buffer, static_cast<std::size_t>(n));
    };
    drain(polled[1], output, output_text);
    drain(polled[0], report, report_text);
  }
  return true;
}

CheckResult ended_without_report(int status) {
  if (WIFSIGNALED(status)) {
    return {Status::crashed,
            "P6",
            {fmt::format("the plugin ended the process by signal {} ({})", WTERMSIG(status),
                         strsignal(WTERMSIG(status)))}};
  }
  return {Status::crashed,
          "P9",
          {fmt::format("the plugin ended the process with exit status {}", WEXITSTATUS(status))}};
}

// What be_the_child() wrote; nothing where it didn't come to that.
std::optional<CheckResult> read_report(std::string_view text) {
  std::array<std::string, 4> lines;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool is_last = i + 1 == lines.size();
    const auto end = is_last ? text.size() : text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    lines[i] = text.substr(0, end);
    text.remove_prefix(is_last ? end : end + 1);
  }
  return CheckResult{status_of(lines[0]), lines[1], {lines[2], lines[3]}};
}

}  // namespace

CheckResult run_in_child(const std::function<CheckResult()>& test, std::chrono::seconds limit) {
  Pipe report;
  Pipe output;
  const pid_t child = fork();
  if (child < 0) throw std::system_error(errno, std::system_category(), "fork");
  if (child == 0) be_the_child(test, report, output);
  report.close_write();
  output.close_write();

  std::string report_text;
  std::string output_text;
  const bool in_time = read_until(std::chrono::steady_clock::now() + limit, report, report_text,
                                  output, output_text);
  // After the report the child only exits; what it started must not outlive it.
  if (!in_time) kill(-child, SIGKILL), kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  kill(-child, SIGKILL);
  if (!in_time) {
    return {Status::timeout, "P11", {fmt::format("no end within {} s", limit.count())}};
  }

  CheckResult result = read_report(report_text).value_or(ended_without_report(status));
  if (!output_text.empty() &&
      (result.status == Status::success || result.status == Status::warning)) {
    return failed("P9", fmt::format("the plugin printed \"{}\"", printable(output_text, 80)));
  }
  return result;
}

std::string_view status_name(Status status) noexcept {
  switch (status) {
    case Status::success: return "success";
    case Status::warning: return "warning";
    case Status::skipped: return "skipped";
    case Status::failed: return "failed";
    case Status::crashed: return "crashed";
    case Status::timeout: return "timeout";
  }
  return "crashed";
}

Status status_of(std::string_view name) noexcept {
  for (const Status status :
       {Status::success, Status::warning, Status::skipped, Status::failed, Status::timeout}) {
    if (status_name(status) == name) return status;
  }
  return Status::crashed;
}

}  // namespace pindus::plugin_tool
