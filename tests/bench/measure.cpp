#include "tests/bench/measure.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace pindus::bench {

namespace {

// The null-terminated array that execve and posix_spawn want.
std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (const auto& string : strings) result.push_back(const_cast<char*>(string.c_str()));
  result.push_back(nullptr);
  return result;
}

class FileActions {
 public:
  FileActions() { posix_spawn_file_actions_init(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

  void open(int descriptor, const char* path, int flags) {
    posix_spawn_file_actions_addopen(&actions_, descriptor, path, flags, 0);
  }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

void expect_success(const Command& command, int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  throw std::runtime_error(command.name + " failed");
}

[[noreturn]] void become(const Command& command) {
  const auto argv = pointers(command.argv);
  const auto environment = pointers(command.environment);
  const int input = open(command.input.c_str(), O_RDONLY | O_CLOEXEC);
  const int output = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (input >= 0 && output >= 0 && dup2(input, 0) == 0 && dup2(output, 1) == 1 &&
      ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0) {
    execvpe(argv[0], argv.data(), environment.data());
  }
  _exit(127);
}

}  // namespace

Run run(const Command& command) {
  FileActions actions;
  actions.open(0, command.input.c_str(), O_RDONLY);
  actions.open(1, "/dev/null", O_WRONLY);
  const auto argv = pointers(command.argv);
  const auto environment = pointers(command.environment);
  pid_t child = 0;
  const auto start = std::chrono::steady_clock::now();
  const int error =
      posix_spawnp(&child, argv[0], actions.get(), nullptr, argv.data(), environment.data());
  if (error != 0) throw std::runtime_error(command.name + ": " + strerror(error));
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) < 0) throw std::runtime_error("wait4 failed");
  const std::chrono::duration<double, std::micro> elapsed =
      std::chrono::steady_clock::now() - start;
  expect_success(command, status);
  return {elapsed.count(), usage.ru_minflt + usage.ru_majflt};
}

std::vector<double> median_microseconds(const std::vector<Command>& commands, int rounds) {
  std::vector<std::vector<double>> times(commands.size());
  for (const auto& command : commands) static_cast<void>(run(command));
  for (int round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < commands.size(); ++i) {
      times[i].push_back(run(commands[i]).microseconds);
    }
  }
  std::vector<double> medians;
  for (auto& samples : times) {
    const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
    std::nth_element(samples.begin(), middle, samples.end());
    medians.push_back(*middle);
  }
  return medians;
}

std::int64_t count_system_calls(const Command& command) {
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) become(command);
  int status = 0;
  std::int64_t stops = 0;
  // The first stop is the one at the execve.
  if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) {
    throw std::runtime_error(command.name + " can't be traced");
  }
  ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  long signal_number = 0;
  for (;;) {
    ptrace(PTRACE_SYSCALL, child, nullptr, signal_number);
    if (waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid failed");
    if (!WIFSTOPPED(status)) break;
    const int stop = WSTOPSIG(status);
    signal_number = stop == (SIGTRAP | 0x80) ? 0 : stop;
    if (signal_number == 0) ++stops;
  }
  expect_success(command, status);
  // Each call stops at its entry and at its exit, the last one only at its entry.
  return (stops + 1) / 2;
}

std::optional<std::int64_t> count_instructions(const Command& command) {
  const auto valgrind = find_on_path("valgrind");
  if (!valgrind) return std::nullopt;
  std::string log = (std::filesystem::temp_directory_path() / "pindus-bench.XXXXXX").string();
  const int file = mkstemp(log.data());
  if (file < 0) throw std::runtime_error("can't make " + log);
  close(file);
  Command traced = command;
  traced.name = "valgrind";
  traced.argv = {*valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null",
                 "--log-file=" + log};
  traced.argv.insert(traced.argv.end(), command.argv.begin(), command.argv.end());
  static_cast<void>(run(traced));
  std::stringstream text;
  text << std::ifstream(log).rdbuf();
  std::filesystem::remove(log);
  std::smatch match;
  const std::string report = text.str();
  if (!std::regex_search(report, match, std::regex("Collected : ([0-9]+)"))) {
    throw std::runtime_error("callgrind counted nothing");
  }
  return std::stoll(match[1]);
}

std::optional<std::string> find_on_path(const std::string& name) {
  const char* path = getenv("PATH");
  std::stringstream folders(path == nullptr ? "/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    folder.append("/").append(name);
    if (access(folder.c_str(), X_OK) == 0) return folder;
  }
  return std::nullopt;
}

std::vector<std::string> environment(const std::filesystem::path& home) {
  return {"LANG=C.UTF-8", "PATH=" + std::string(getenv("PATH")), "HOME=" + home.string(),
          "INDUSAGI_HOME=" + home.string()};
}

void print_ratio(const std::string& name, double ratio, double goal) {
  std::printf("  %-34s %7.2f", name.c_str(), ratio);
  if (goal > 0) std::printf("   goal %5.2f  %s", goal, ratio <= goal ? "met" : "NOT MET");
  std::puts("");
}

int run_main(int argc, char** argv, int usual_rounds,
             const std::function<int(const std::string& front, int rounds)>& bench) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: %s FRONT [ROUNDS]\n", argv[0]);
    return 2;
  }
  try {
    return bench(argv[1], argc == 3 ? std::stoi(argv[2]) : usual_rounds);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

}  // namespace pindus::bench
