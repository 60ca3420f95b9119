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

#include "core/bare/account_choice.hpp"
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
      if (request.account.data != nullptr || !is_account_name(value)) return false;
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

// A file of the profile, and how much of it was read.
struct ProfileFile {
  int file = -1;
  struct stat opened;
  uint64_t size_read = 0;
};

bool find_own_profile(TextBuffer& path) {
  bare::ProfileInputs inputs;
  inputs.coding_agent_dir = getenv("INDUSAGI_CODING_AGENT_DIR");
  inputs.home_dir = getenv("INDUSAGI_HOME");
  inputs.home = getenv("HOME");
  return bare::find_profile(inputs, path) == bare::ProfileFound::yes;
}

// Opens a file of the profile for reading; false where that is for the host to explain, with
// `errno` set. Not waiting matters where somebody put a FIFO in its place.
bool open_file(Text profile, Text name, ProfileFile& opened) {
  char memory[PATH_MAX];
  TextBuffer path(memory);
  path.append(profile);
  path.append(name);
  path.append('\0');
  errno = 0;
  if (path.overflow) return false;
  // Where open has a libc make sure of O_CLOEXEC by another call, openat takes the kernel's word.
  opened.file = openat(AT_FDCWD, memory, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  return opened.file >= 0 && fstat(opened.file, &opened.opened) == 0 &&
         S_ISREG(opened.opened.st_mode) &&
         static_cast<uint64_t>(opened.opened.st_size) <= max_vault;
}

// Whether nobody wrote into the file since it was opened: other programs do so in its place, and
// what was read might be half of one key and half of another, even where it was read in one go.
bool is_unchanged(const ProfileFile& vault) {
  struct stat now;
  const auto same_time = [](const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
  };
  return fstat(vault.file, &now) == 0 && now.st_size == vault.opened.st_size &&
         same_time(now.st_mtim, vault.opened.st_mtim) &&
         same_time(now.st_ctim, vault.opened.st_ctim);
}

ptrdiff_t read_step(void* context, const char** bytes) {
  auto* vault = static_cast<ProfileFile*>(context);
  ssize_t size = 0;
  do {
    size = read(vault->file, chunk, step);
  } while (size < 0 && errno == EINTR);
  *bytes = chunk;
  if (size > 0) vault->size_read += static_cast<uint64_t>(size);
  return vault->size_read <= max_vault ? size : -1;
}

// Which account is meant where the arguments don't say; false where the host has to look.
bool choose_account(Text profile, bare::KeyRequest& request, char (&memory)[256]) {
  char name_memory[128];
  TextBuffer name(name_memory);
  bare::append_account_variable(request.provider, name);
  name.append('\0');
  if (name.overflow) return false;
  const char* chosen = getenv(name_memory);
  if (!bare::is_blank(chosen)) {
    request.account = chosen;
    return is_account_name(request.account);
  }
  ProfileFile file;
  if (!open_file(profile, "/projects.json", file)) return file.file < 0 && errno == ENOENT;
  char directory[PATH_MAX];
  if (getcwd(directory, sizeof directory) == nullptr) return false;
  bare::JsonReader rules(&read_step, &file);
  char folder_memory[PATH_MAX];
  TextBuffer folder(folder_memory);
  TextBuffer account(memory);
  switch (find_project_rule(rules, request.provider, directory, account, folder)) {
    case bare::RuleFound::none: return true;
    case bare::RuleFound::not_sure: return false;
    case bare::RuleFound::yes: break;
  }
  request.account = account.text();
  return is_account_name(request.account);
}

bool find_key(int argc, char** argv, TextBuffer& answer) {
  bare::KeyRequest request;
  if (!parse_arguments(argc, argv, request)) return false;
  // What a broker gives in the place of every key is for the host to say.
  if (!bare::is_blank(getenv("PINDUS_BROKER_TOKEN"))) return false;
  timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return false;
  request.now_ms = int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
  char profile_memory[PATH_MAX];
  TextBuffer profile(profile_memory);
  if (!find_own_profile(profile)) return false;
  char account_memory[256];
  if (request.account.data == nullptr && !choose_account(profile.text(), request, account_memory)) {
    return false;
  }
  ProfileFile vault;
  if (!open_file(profile.text(), "/auth.json", vault)) return false;
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
