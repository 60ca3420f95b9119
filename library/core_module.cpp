#include "library/core_module.hpp"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <atomic>

#include "core/bare/binding.hpp"
#include "core/bare/text.hpp"
#include "library/last_fault.hpp"

namespace pindus::library {

namespace {

std::atomic<const CoreFunctions*> opened{nullptr};
pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

constexpr const char* install = "install libpindus again, which this file belongs to";

int32_t unusable(const char* path, const char* why) {
  char memory[2048];
  bare::TextBuffer message(memory, sizeof memory - 1);
  message.append(path);
  message.append(" can't be used: ");
  message.append(bare::Text(why, strnlen(why, sizeof memory / 2)));
  memory[message.size] = '\0';
  return note_fault(PINDUS_FAULT_VAULT, memory, install);
}

// Beside this library, wherever that is: an installed tree may be moved.
bool find_module(char (&path)[PATH_MAX]) {
  static const char in_this_library = 0;
  Dl_info info;
  if (dladdr(&in_this_library, &info) == 0 || info.dli_fname == nullptr) return false;
  // Links are followed: libpindus.so.1 is one, and may be one into another folder.
  if (realpath(info.dli_fname, path) == nullptr) return false;
  char* name = strrchr(path, '/');
  static constexpr char module[] = "/pindus/pindus-core.so";
  if (name == nullptr || static_cast<size_t>(name - path) + sizeof module > sizeof path) {
    return false;
  }
  memcpy(name, module, sizeof module);
  return true;
}

const CoreFunctions* open_module() {
  char path[PATH_MAX];
  if (!find_module(path)) {
    unusable("pindus-core.so", "nobody knows where libpindus is");
    return nullptr;
  }
  // Other versions of the same libraries in the program must not get in its way (rule L8).
  void* module = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE | bare::mode_bound_to_itself());
  if (module == nullptr) {
    unusable(path, dlerror());
    return nullptr;
  }
  const auto entry = reinterpret_cast<CoreEntry>(dlsym(module, core_entry_name));
  if (entry == nullptr) {
    unusable(path, "it is no part of libpindus");
    return nullptr;
  }
  const CoreFunctions* functions = entry();
  if (strcmp(functions->version, PINDUS_VERSION) != 0) {
    unusable(path, "it is of another version than libpindus");
    return nullptr;
  }
  return functions;
}

}  // namespace

const CoreFunctions* opened_core() {
  return opened.load(std::memory_order_acquire);
}

const CoreFunctions* core() {
  const CoreFunctions* functions = opened_core();
  if (functions != nullptr) return functions;
  pthread_mutex_lock(&opening);
  functions = opened_core();
  if (functions == nullptr) {
    functions = open_module();
    opened.store(functions, std::memory_order_release);
  }
  pthread_mutex_unlock(&opening);
  return functions;
}

}  // namespace pindus::library
