#include "tests/support/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "core/base/file_descriptor.hpp"

namespace pindus::test {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  int read_end = -1;
  int write_end = -1;
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    read_end = ends[0];
    write_end = ends[1];
  }
};

// Reads what is there; closes the descriptor at its end.
void drain(int& descriptor, std::string& into) {
  std::array<char, 65536> buffer{};
  const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
  if (count > 0) {
    into.append(buffer.data(), static_cast<std::size_t>(count));
  } else {
    ::close(std::exchange(descriptor, -1));
  }
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::optional<std::string> line_after(const std::string& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = at + mark.size();
  const std::size_t end = text.find('\n', begin);
  if (end == std::string::npos) return std::nullopt;
  return text.substr(begin, end - begin);
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> argv, const Variables& environment) {
  ::signal(SIGPIPE, SIG_IGN);
  const Pipe in;
  const Pipe out;
  const Pipe err;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in.read_end, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out.write_end, 1);
  ::posix_spawn_file_actions_adddup2(&actions, err.write_end, 2);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t defaults;
  ::sigemptyset(&defaults);
  ::sigaddset(&defaults, SIGPIPE);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  const int error = ::posix_spawnp(&pid_, argv.front().c_str(), &actions, &attributes,
                                   pointers(argv).data(), pointers(variables).data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in.read_end);
  ::close(out.write_end);
  ::close(err.write_end);
  input_ = in.write_end;
  output_ = out.read_end;
  error_ = err.read_end;
  if (error != 0) throw std::runtime_error("can't start " + argv.front());
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  for (const int descriptor : {input_, output_, error_}) {
    if (descriptor >= 0) ::close(descriptor);
  }
}

void ChildProcess::write_input(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(input_, text.data(), text.size());
    if (count <= 0) return;  // the process doesn't read any more; how it ends is what counts
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void ChildProcess::close_input() noexcept {
  if (input_ >= 0) ::close(std::exchange(input_, -1));
}

void ChildProcess::signal(int number) const noexcept {
  ::kill(pid_, number);
}

void ChildProcess::pump(const std::function<bool()>& done, Milliseconds limit, int end) {
  const auto deadline = Clock::now() + limit;
  while (!done()) {
    const auto left = std::chrono::duration_cast<Milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) {
      throw std::runtime_error("a process ran out of time; it said:\n" + out_ + err_);
    }
    std::array<pollfd, 3> all = {pollfd{output_, POLLIN, 0}, pollfd{error_, POLLIN, 0},
                                 pollfd{end, POLLIN, 0}};
    ::poll(all.data(), all.size(), static_cast<int>(std::min<long>(left.count(), 20)));
    if (all[0].revents != 0) drain(output_, out_);
    if (all[1].revents != 0) drain(error_, err_);
  }
}

std::string ChildProcess::wait_for(std::string_view text, Milliseconds limit) {
  return wait_until([&](const std::string& said) { return line_after(said, text); }, limit);
}

std::string ChildProcess::wait_until(
    const std::function<std::optional<std::string>(const std::string&)>& find, Milliseconds limit) {
  std::optional<std::string> found;
  const auto look = [&] {
    found = find(out_);
    if (!found) found = find(err_);
    return found.has_value();
  };
  pump([&] { return look() || (output_ < 0 && error_ < 0); }, limit);
  if (!found) throw std::runtime_error("a process ended too early; it said:\n" + out_ + err_);
  return *found;
}

ProcessResult ChildProcess::wait(Milliseconds limit) {
  close_input();
  int status = 0;
  bool ended = false;
  // Streams may stay open in a grandchild, so the process's end is what is waited for.
  const FileDescriptor end(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  pump(
      [&] {
        ended = ended || ::waitpid(pid_, &status, WNOHANG) == pid_;
        return ended;
      },
      limit, end.get());
  pid_ = -1;
  const auto elapsed = std::chrono::duration_cast<Milliseconds>(Clock::now() - start_);
  for (int* descriptor : {&output_, &error_}) {
    std::string& text = descriptor == &output_ ? out_ : err_;
    pollfd one{*descriptor, POLLIN, 0};
    while (*descriptor >= 0 && ::poll(&one, 1, 0) > 0) drain(*descriptor, text);
  }
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, std::move(out_), std::move(err_), elapsed};
}

ProcessResult run_process(std::vector<std::string> argv, const Variables& environment,
                          std::string_view input, ChildProcess::Milliseconds limit) {
  ChildProcess process(std::move(argv), environment);
  process.write_input(input);
  return process.wait(limit);
}

Variables plain_environment() {
  const char* path = ::getenv("PATH");
  Variables variables = {{"PATH", path != nullptr ? path : "/usr/bin:/bin"}, {"LANG", "C.UTF-8"}};
  // What a sanitizer was told counts in every process (see the preset).
  for (const char* name : {"ASAN_OPTIONS", "TSAN_OPTIONS"}) {
    if (const char* value = ::getenv(name)) variables.emplace(name, value);
  }
  return variables;
}

std::optional<std::string> find_program(std::string_view name) {
  const std::string path = plain_environment().at("PATH");
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.size(), path.find(':', begin));
    const std::string candidate = path.substr(begin, end - begin) + "/" + std::string(name);
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    begin = end + 1;
  }
  return std::nullopt;
}

}  // namespace pindus::test
