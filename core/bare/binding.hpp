#pragma once

#include <dlfcn.h>

namespace pindus::bare {

/// The part of dlopen's mode that binds a library to its own dependencies before those of the
/// program: in a program of somebody else's, which may have other versions of them. A sanitizer's
/// runtime, which stands before everything, refuses that.
[[nodiscard]] inline int mode_bound_to_itself() {
#ifdef RTLD_DEEPBIND
  constexpr const char* runtimes[] = {"__asan_init", "__tsan_init", "__msan_init"};
  for (const char* runtime : runtimes) {
    if (dlsym(RTLD_DEFAULT, runtime) != nullptr) return 0;
  }
  return RTLD_DEEPBIND;
#else
  return 0;
#endif
}

}  // namespace pindus::bare
