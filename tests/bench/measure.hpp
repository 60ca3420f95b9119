#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pindus::bench {

/// A program to be measured: its input comes from a file, its output goes to /dev/null.
struct Command {
  std::string name;
  std::vector<std::string> argv;         ///< argv[0] is looked for on PATH
  std::vector<std::string> environment;  ///< "NAME=value", all that it gets
  std::string input = "/dev/null";
};

/// From before the start to after the end, in microseconds, and the page faults between. All
/// functions throw std::runtime_error where the program can't be run or doesn't exit with 0.
struct Run {
  double microseconds = 0;
  std::int64_t page_faults = 0;
};
[[nodiscard]] Run run(const Command& command);

/// The median times of the commands, each run `rounds` times, in turns, so that what else the
/// machine does strikes all alike.
[[nodiscard]] std::vector<double> median_microseconds(const std::vector<Command>& commands,
                                                      int rounds);

/// How many system calls it makes after its execve, the one that ends it included (by ptrace).
[[nodiscard]] std::int64_t count_system_calls(const Command& command);

/// How many instructions it executes, by callgrind; nothing where valgrind isn't installed.
[[nodiscard]] std::optional<std::int64_t> count_instructions(const Command& command);

/// Where a program stands on PATH; nothing where it isn't installed.
[[nodiscard]] std::optional<std::string> find_on_path(const std::string& name);

/// What a program gets that keeps its things in `home`.
[[nodiscard]] std::vector<std::string> environment(const std::filesystem::path& home);

/// A line with a ratio, and whether it meets its goal; 0: it has none.
void print_ratio(const std::string& name, double ratio, double goal);

/// A benchmark's main: its arguments are the front and how often each program is run. What `bench`
/// throws is told; exit 1.
[[nodiscard]] int run_main(int argc, char** argv, int usual_rounds,
                           const std::function<int(const std::string& front, int rounds)>& bench);

}  // namespace pindus::bench
