#include "core/base/run_command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/base/file_descriptor.hpp"
#include "core/base/platform.hpp"
#include "core/base/programs.hpp"
#include "core/base/stoppable_wait.hpp"

namespace pindus {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_output = std::size_t{64} * 1024;
constexpr auto step = 20ms;

// In the child: as whoever started us would have started it, but for its streams.
[[noreturn]] void become(const char* path, char* const* argv, int output) noexcept {
  ::dup2(output, 1);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, 0);
  platform::leave_nothing_to_child();
  ::execv(path, argv);
  ::_exit(127);
}

// The child, waited for in any case.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGTERM);
    for (const auto end = Clock::now() + 500ms; Clock::now() < end;) {
      if (ended()) return;
      static_cast<void>(wait_unless_stopped(step, {}));
    }
    ::kill(pid_, SIGKILL);
    static_cast<void>(::waitpid(pid_, &status_, 0));
  }

  [[nodiscard]] bool ended() {
    if (pid_ >= 0 && ::waitpid(pid_, &status_, WNOHANG) != 0) pid_ = -1;
    return pid_ < 0;
  }

  /// How it ended, where not well; empty: well.
  [[nodiscard]] std::string complaint() const {
    if (WIFSIGNALED(status_)) return fmt::format("was ended by signal {}", WTERMSIG(status_));
    if (WEXITSTATUS(status_) == 127) return "could not be executed";
    if (WEXITSTATUS(status_) != 0) return fmt::format("ended with status {}", WEXITSTATUS(status_));
    return {};
  }

 private:
  pid_t pid_;
  int status_ = 0;
};

std::unexpected<CommandFailure> failure(std::string reason) {
  return std::unexpected(CommandFailure{std::move(reason)});
}

}  // namespace

std::expected<Secret, CommandFailure> run_command(const std::vector<std::string>& argv,
                                                  std::chrono::milliseconds limit,
                                                  const Environment& environment,
                                                  const std::stop_token& stop) {
  const auto program = find_program(argv.at(0), environment);
  if (!program) return failure("is no program that can be executed");
  const std::string path = program->string();
  std::vector<std::string> words = argv;
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failure(::strerror(errno));
  const FileDescriptor output(ends[0]);
  FileDescriptor input(ends[1]);
  const pid_t pid = ::fork();
  if (pid == 0) become(path.c_str(), pointers.data(), input.get());
  if (pid < 0) return failure(::strerror(errno));
  input = FileDescriptor();
  Child child(pid);

  // Made at once, so that no copy of a secret stays behind.
  std::string printed(most_output + 1, '\0');
  std::size_t size = 0;
  bool is_open = true;
  for (const auto end = Clock::now() + limit; is_open || !child.ended();) {
    if (stop.stop_requested()) return std::unexpected(CommandFailure{"was stopped", true});
    if (Clock::now() >= end) {
      return failure(fmt::format("took longer than {} s", limit.count() / 1000));
    }
    pollfd ready{is_open ? output.get() : -1, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(step.count())) <= 0) {
      // Something that it left running may hold the pipe.
      is_open = is_open && !child.ended();
      continue;
    }
    const ssize_t count = ::read(output.get(), printed.data() + size, printed.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) is_open = false;
    if (count > 0) size += static_cast<std::size_t>(count);
    if (size > most_output) return failure("printed more than 64 KiB");
  }
  printed.resize(size);
  Secret answer(std::move(printed));
  if (std::string complaint = child.complaint(); !complaint.empty()) {
    return failure(std::move(complaint));
  }
  return answer;
}

}  // namespace pindus
