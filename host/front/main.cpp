// bin/pindus: answers `auth key` at once where it is sure of the answer. Everything else is for the
// host, which takes this program's place.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/bare/profile.hpp"
#include "core/bare/ready_key.hpp"
#include "host/front/platform.hpp"

extern char** environ;

namespace pindus::front {

namespace {

using bare::Text;
using bare::TextBuffer;

constexpr size_t step = size_t{64} * 1024;
constexpr uint64_t max_vault = uint64_t{64} * 1024 * 1024;

// Page by page these cost nothing until they are written to.
char chunk[step];
char answer_memory[32768];

bool starts_with(Text text, Text prefix) {
  return text.size >= prefix.size && memcmp(text.data, prefix.data, prefix.size) == 0;
}

// What an account's name can be, here and in most other programs ("me@example.com"); the host has
// more to say about any other.
bool is_account_name(Text name) {
  for (size_t i = 0; i < name.size; ++i) {
    const char c = name.data[i];
    const char letter = static_cast<char>(c | 0x20);
    const bool usual = (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
                       c == '-' || c == '.' || c == '@' || c == '+';
    if (!usual) return false;
  }
  return name.size != 0 && name.data[0] != '-';
}

// Whether the arguments are `auth key PROVIDER [--account NAME] [--json]`, each at most once, and
// nothing that a grammar could take in another way.
bool parse_arguments(int argc, char** argv, bare::KeyRequest& request) {
  if (argc < 4 || !(Text(argv[1]) == "auth") || !(Text(argv[2]) == "key")) return false;
  const Text assigned = "--account=";
  for (int i = 3; i < argc; ++i) {
    const Text argument = argv[i];
    const bool separate = argument == "--account";
    if (separate || starts_with(argument, assigned)) {
      if (request.account.data != nullptr || (separate && ++i == argc)) return false;
      request.account = separate ? Text(argv[i]) : Text(argv[i] + assigned.size);
      if (!is_account_name(request.account)) return false;
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

struct Vault {
  int file = -1;
  struct stat opened;
  uint64_t size_read = 0;
};

// Opens the vault for reading; false where that is for the host to explain. Not waiting matters
// where somebody put a FIFO in its place.
bool open_vault(Vault& vault) {
  bare::ProfileInputs inputs;
  inputs.coding_agent_dir = getenv("INDUSAGI_CODING_AGENT_DIR");
  inputs.home_dir = getenv("INDUSAGI_HOME");
  inputs.home = getenv("HOME");
  char memory[PATH_MAX];
  TextBuffer path(memory);
  if (bare::find_profile(inputs, path) != bare::ProfileFound::yes) return false;
  path.append("/auth.json");
  path.append('\0');
  if (path.overflow) return false;
  vault.file = open(memory, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  return vault.file >= 0 && fstat(vault.file, &vault.opened) == 0 &&
         S_ISREG(vault.opened.st_mode) && static_cast<uint64_t>(vault.opened.st_size) <= max_vault;
}

// Whether nobody wrote into the file since it was opened: other programs do so in its place, and
// what was read might be half of one key and half of another, even where it was read in one go.
bool is_unchanged(const Vault& vault) {
  struct stat now;
  const auto same_time = [](const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
  };
  return fstat(vault.file, &now) == 0 && now.st_size == vault.opened.st_size &&
         same_time(now.st_mtim, vault.opened.st_mtim) &&
         same_time(now.st_ctim, vault.opened.st_ctim);
}

ptrdiff_t read_step(void* context, const char** bytes) {
  auto* vault = static_cast<Vault*>(context);
  ssize_t size = 0;
  do {
    size = read(vault->file, chunk, step);
  } while (size < 0 && errno == EINTR);
  *bytes = chunk;
  if (size > 0) vault->size_read += static_cast<uint64_t>(size);
  return vault->size_read <= max_vault ? size : -1;
}

bool find_key(int argc, char** argv, TextBuffer& answer) {
  bare::KeyRequest request;
  if (!parse_arguments(argc, argv, request)) return false;
  timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return false;
  request.now_ms = int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
  Vault vault;
  if (!open_vault(vault)) return false;
  bare::JsonReader reader(&read_step, &vault);
  return find_ready_key(reader, request, answer) == bare::KeyAnswer::ready && is_unchanged(vault);
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
