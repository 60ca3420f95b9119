#include "core/base/process_variables.hpp"

#include <dlfcn.h>
#include <unistd.h>

namespace pindus {

char** process_variables() noexcept {
  void* program = ::dlopen(nullptr, RTLD_LAZY);
  if (program == nullptr) return environ;
  auto* const variables = static_cast<char***>(::dlsym(program, "environ"));
  ::dlclose(program);
  return variables == nullptr ? environ : *variables;
}

}  // namespace pindus
