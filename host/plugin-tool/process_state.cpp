#include "host/plugin-tool/process_state.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <clocale>
#include <filesystem>
#include <iterator>
#include <system_error>

namespace pindus::plugin_tool {
namespace {

namespace fs = std::filesystem;

std::string disposition(int signal) {
  struct sigaction action{};
  if (sigaction(signal, nullptr, &action) != 0) return "none";
  if ((action.sa_flags & SA_SIGINFO) != 0) return "handled";
  if (action.sa_handler == SIG_DFL) return "default";
  return action.sa_handler == SIG_IGN ? "ignored" : "handled";
}

}  // namespace

std::set<std::string> running_threads() {
  std::set<std::string> numbers;
  for (const auto& entry : fs::directory_iterator("/proc/self/task")) {
    numbers.insert(entry.path().filename());
  }
  return numbers;
}

ProcessState process_state() {
  ProcessState state;
  state.threads = running_threads();
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the iterator's own descriptor
    const fs::path target = fs::read_symlink(entry.path(), gone);
    if (!gone && !target.string().ends_with("/fd")) {
      state.descriptors.insert(
          fmt::format("{} -> {}", entry.path().filename().string(), target.string()));
    }
  }
  for (int signal = 1; signal < NSIG; ++signal) state.signals.push_back(disposition(signal));
  state.directory = fs::current_path().string();
  for (char** variable = environ; *variable != nullptr; ++variable) {
    state.environment.emplace_back(*variable);
  }
  state.locale = std::setlocale(LC_ALL, nullptr);
  return state;
}

std::string change_between(const ProcessState& first, const ProcessState& second,
                           const ProcessState& third, const std::set<std::string>& hosts_threads) {
  for (const std::string& thread : third.threads) {
    if (!first.threads.contains(thread) && !hosts_threads.contains(thread)) {
      return "it left a thread running";
    }
  }
  for (const auto& descriptor : third.descriptors) {
    if (!second.descriptors.contains(descriptor)) {
      return fmt::format("it left descriptor {} open", descriptor);
    }
  }
  for (std::size_t i = 0; i < first.signals.size(); ++i) {
    if (first.signals[i] != third.signals[i]) {
      return fmt::format("it changed the disposition of signal {}", i + 1);
    }
  }
  if (first.directory != third.directory) return "it changed the working directory";
  if (first.environment != third.environment) return "it changed the environment";
  if (first.locale != third.locale) return "it changed the locale";
  return {};
}

}  // namespace pindus::plugin_tool
