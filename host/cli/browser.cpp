#include "host/cli/browser.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "core/base/platform.hpp"
#include "core/base/stoppable_wait.hpp"

namespace pindus {
namespace {

using Words = std::vector<std::string>;

// One entry of the list, read from `rest` to behind the colon that ends it.
Words next_entry(std::string_view& rest) {
  Words words;
  bool in_word = false;
  char quote = '\0';
  while (!rest.empty()) {
    char c = rest.front();
    rest.remove_prefix(1);
    const bool escapes = c == '\\' && quote != '\'' && !rest.empty() &&
                         (quote == '\0' || rest.front() == '"' || rest.front() == '\\');
    if (!escapes && quote == '\0' && c == ':') break;
    if (!escapes && quote == '\0' && (c == ' ' || c == '\t' || c == '\n')) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (escapes) {
      words.back() += rest.front();
      rest.remove_prefix(1);
    } else if (c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else {
      words.back() += c;
    }
  }
  return words;
}

void put_address(Words& words, std::string_view url) {
  constexpr std::string_view mark = "%s";
  bool placed = false;
  for (std::string& word : words) {
    for (auto at = word.find(mark); at != std::string::npos; at = word.find(mark, at)) {
      word.replace(at, mark.size(), url);
      at += url.size();
      placed = true;
    }
  }
  if (!placed) words.emplace_back(url);
}

// In the child: as if nobody but init had started it, and in a session of its own, so that a Ctrl-C
// meant for us doesn't reach it.
[[noreturn]] void become_browser(char* const* argv) noexcept {
  ::setsid();
  const int nowhere = ::open("/dev/null", O_RDWR);
  for (const int descriptor : {0, 1, 2}) ::dup2(nowhere, descriptor);
  platform::leave_nothing_to_child();
  ::execvp(argv[0], argv);
  ::_exit(127);
}

// Whether it runs, or ran and did what it should.
bool start(Words words, const std::stop_token& stop) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::seconds soon_enough{1};
  constexpr std::chrono::milliseconds step{10};

  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) become_browser(argv.data());
  if (child < 0) return false;
  const auto end = Clock::now() + soon_enough;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (Clock::now() > end) return true;
    if (!wait_unless_stopped(step, stop)) return false;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

std::vector<Words> browser_commands(std::string_view list, std::string_view url) {
  std::vector<Words> commands;
  while (!list.empty()) {
    Words words = next_entry(list);
    if (words.empty()) continue;
    put_address(words, url);
    commands.push_back(std::move(words));
  }
  return commands;
}

bool open_in_browser(std::string_view url, const Environment& environment,
                     const std::stop_token& stop) {
  if (!url.starts_with("https://") && !url.starts_with("http://")) return false;
  const auto named = environment.get_nonblank("BROWSER");
  const bool has_display =
      environment.get_nonblank("DISPLAY") || environment.get_nonblank("WAYLAND_DISPLAY");
  if (!named && !has_display) return false;
  return std::ranges::any_of(browser_commands(named.value_or("xdg-open"), url), [&](Words& words) {
    return !stop.stop_requested() && start(std::move(words), stop);
  });
}

}  // namespace pindus
