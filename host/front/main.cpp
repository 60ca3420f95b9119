// bin/pindus: answers `auth key` at once where it is sure of the answer. Everything else is for the
// host, which takes this program's place.

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/bare/profile.hpp"
#include "core/bare/profile_key.hpp"
#include "core/bare/ready_key.hpp"
#include "core/bare/vault_key.hpp"
#include "host/front/platform.hpp"

extern char** environ;

namespace pindus::front {

namespace {

using bare::Text;
using bare::TextBuffer;

constexpr size_t step = size_t{64} * 1024;

// Page by page these cost nothing until they are written to.
char chunk[step];
char answer_memory[32768];

// A number of seconds, as far as nobody has anything to say about it.
bool parse_seconds(Text digits, int64_t& seconds) {
  if (digits.size == 0 || digits.size > 9) return false;
  seconds = 0;
  for (size_t i = 0; i < digits.size; ++i) {
    if (digits.data[i] < '0' || digits.data[i] > '9') return false;
    seconds = seconds * 10 + (digits.data[i] - '0');
  }
  return true;
}

// The value of an option in one of its two ways to be written; false where the argument is another.
// Without a value it has no data.
bool take_value(Text option, int argc, char** argv, int& i, Text& value) {
  const Text argument = argv[i];
  if (argument == option) {
    value = i + 1 < argc ? Text(argv[++i]) : Text();
    return true;
  }
  if (!starts_with(argument, option) || argument.data[option.size] != '=') return false;
  value = Text(argument.data + option.size + 1);
  return true;
}

// Whether the arguments are `auth key PROVIDER [--account NAME] [--valid-for SECONDS] [--json]`,
// each at most once, and nothing that a grammar could take in another way.
bool parse_arguments(int argc, char** argv, bare::KeyRequest& request) {
  if (argc < 4 || !(Text(argv[1]) == "auth") || !(Text(argv[2]) == "key")) return false;
  bool has_valid_for = false;
  for (int i = 3; i < argc; ++i) {
    const Text argument = argv[i];
    Text value;
    if (take_value("--account", argc, argv, i, value)) {
      if (request.account.data != nullptr || !bare::is_usual_account_name(value)) return false;
      request.account = value;
    } else if (take_value("--valid-for", argc, argv, i, value)) {
      int64_t seconds = 0;
      if (has_valid_for || !parse_seconds(value, seconds)) return false;
      has_valid_for = true;
      if (seconds * 1000 > request.min_left_ms) request.min_left_ms = seconds * 1000;
    } else if (argument == "--json") {
      if (request.form == bare::KeyForm::json) return false;
      request.form = bare::KeyForm::json;
    } else if (argument.size == 0 || argument.data[0] == '-' || request.provider.size != 0) {
      return false;
    } else {
      request.provider = argument;
    }
  }
  return request.provider.size != 0;
}

bool find_own_profile(TextBuffer& path) {
  bare::ProfileInputs inputs;
  inputs.coding_agent_dir = getenv("INDUSAGI_CODING_AGENT_DIR");
  inputs.home_dir = getenv("INDUSAGI_HOME");
  inputs.home = getenv("HOME");
  return bare::find_profile(inputs, path) == bare::ProfileFound::yes;
}

bool find_key(int argc, char** argv, TextBuffer& answer) {
  bare::KeyRequest request;
  request.find_vault_key = &bare::find_vault_key;
  if (!parse_arguments(argc, argv, request)) return false;
  timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return false;
  request.now_ms = int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
  char profile_memory[PATH_MAX];
  TextBuffer profile(profile_memory);
  if (!find_own_profile(profile)) return false;
  bare::ProfileFile rules(chunk, step);
  bare::ProfileFile vault(chunk, step);
  return find_profile_key({profile.text(), Text()}, request, rules, vault, answer) ==
         bare::KeyAnswer::ready;
}

// Writes as much as the file takes; how much that was. A pipe that doesn't wait by itself is waited
// for.
size_t write_bytes(int file, Text text) {
  size_t written = 0;
  while (written < text.size) {
    const ssize_t size = write(file, text.data + written, text.size - written);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) {
      pollfd ready{file, POLLOUT, 0};
      poll(&ready, 1, -1);
      continue;
    }
    if (size <= 0) break;
    written += static_cast<size_t>(size);
  }
  return written;
}

[[noreturn]] void complain(const char* what, Text which, const char* why, int exit_code) {
  char memory[PATH_MAX + 512];
  TextBuffer message(memory);
  const Text parts[] = {"pindus: ", what, which, ": ", why, "\n"};
  for (const Text part : parts) message.append(part);
  write_bytes(STDERR_FILENO, message.text());
  _exit(exit_code);
}

[[noreturn]] void become_host(char** argv) {
  static constexpr char host[] = "/" PINDUS_HOST_FROM_FRONT;
  char memory[PATH_MAX + sizeof host];
  TextBuffer path(memory);
  path.size = executable_path(memory, PATH_MAX);
  if (path.size == 0) complain("its own executable can't be found", "", strerror(errno), 127);
  while (path.size > 0 && memory[path.size - 1] != '/') --path.size;
  if (path.size > 0) --path.size;
  path.append(Text(host, sizeof host));
  execve(memory, argv, environ);
  complain("can't execute ", memory, strerror(errno), 127);
}

// Never returns: there is nothing to be torn down.
[[noreturn]] void run(int argc, char** argv) {
  if (has_foreign_rights()) {
    complain("refuses to start", "", "it would run with rights that its caller doesn't have", 1);
  }
  TextBuffer answer(answer_memory);
  if (!find_key(argc, argv, answer)) become_host(argv);
  answer.append('\n');
  if (answer.overflow) become_host(argv);
  // A reader that has gone is an error of the write and not our death; for the host, too, which is
  // to find that as it was.
  struct sigaction ignore = {};
  struct sigaction inherited = {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &inherited);
  const size_t written = write_bytes(STDOUT_FILENO, answer.text());
  if (written == answer.size) _exit(0);
  // The host says best what is wrong with the output; unless a part of the key is out already.
  if (written == 0) {
    sigaction(SIGPIPE, &inherited, nullptr);
    become_host(argv);
  }
  complain("can't write the key", "", strerror(errno), 1);
}

}  // namespace

}  // namespace pindus::front

int main(int argc, char** argv) {
  pindus::front::run(argc, argv);
}
