#include "core/session/inside_plugin.hpp"

#include <string.h>
#include <unistd.h>

#include <cstdlib>

#include "core/base/whose_program.hpp"

namespace pindus {
namespace {

thread_local const char* running_file = nullptr;
thread_local pid_t running_process = 0;

void say(const char* text) noexcept {
  static_cast<void>(!::write(STDERR_FILENO, text, ::strlen(text)));
}

// These run on the thread that ends the process.
void end_of_process() {
  if (InsidePlugin::here()) fail_for_plugin();
}

// A program that embeds us has exit handlers of its own.
void watch_end_of_process() {
  [[maybe_unused]] static const int registered =
      whose_program() == WhoseProgram::anothers
          ? 0
          : std::atexit(end_of_process) + std::at_quick_exit(end_of_process);
}

}  // namespace

InsidePlugin::InsidePlugin(const char* file) noexcept
    : file_before_(running_file), process_before_(running_process) {
  watch_end_of_process();
  running_file = file;
  if (file != nullptr) running_process = ::getpid();
}

InsidePlugin::~InsidePlugin() {
  running_file = file_before_;
  running_process = process_before_;
}

bool InsidePlugin::here() noexcept {
  return running_file != nullptr && running_process == ::getpid();
}

void fail_for_plugin() noexcept {
  const char* file = running_file;
  running_file = nullptr;
  say("pindus: ");
  if (file != nullptr) {
    say("the plugin ");
    say(file);
  } else {
    say("something that a plugin began");
  }
  say(" ended the program, which no plugin may (rule P9)\n");
  ::_exit(EXIT_FAILURE);
}

}  // namespace pindus
