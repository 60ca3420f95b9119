#include "host/cli/browser.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ranges>
#include <string>
#include <vector>

namespace pindus {
namespace {

// Starts a program in a session of its own, so that a Ctrl-C meant for us doesn't reach it.
bool start(std::vector<std::string> words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  for (const int descriptor : {0, 1, 2}) {
    ::posix_spawn_file_actions_addopen(&files, descriptor, "/dev/null", O_RDWR, 0);
  }
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  ::sigemptyset(&none);
  sigset_t pipe;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &pipe);
  ::posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, argv[0], &files, &attributes, argv.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  return error == 0;
}

// The words of one entry of $BROWSER, "%s" replaced by the address, else the address last.
std::vector<std::string> command_of(std::string_view entry, std::string_view url) {
  std::vector<std::string> words;
  bool placed = false;
  for (const auto part : std::views::split(entry, ' ')) {
    std::string word(part.begin(), part.end());
    if (word.empty()) continue;
    if (const auto mark = word.find("%s"); mark != std::string::npos) {
      word.replace(mark, 2, url);
      placed = true;
    }
    words.push_back(std::move(word));
  }
  if (!placed && !words.empty()) words.emplace_back(url);
  return words;
}

}  // namespace

bool open_in_browser(std::string_view url, const Environment& environment) {
  if (!url.starts_with("https://") && !url.starts_with("http://")) return false;
  if (!environment.get_nonblank("DISPLAY") && !environment.get_nonblank("WAYLAND_DISPLAY")) {
    return false;
  }
  const auto browsers = environment.get_nonblank("BROWSER").value_or("xdg-open");
  return std::ranges::any_of(std::views::split(browsers, ':'), [&](const auto entry) {
    auto words = command_of(std::string_view(entry.begin(), entry.end()), url);
    return !words.empty() && start(std::move(words));
  });
}

}  // namespace pindus
