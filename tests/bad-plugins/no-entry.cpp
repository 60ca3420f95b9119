#include "right.hpp"

// A shared object, but no plugin.
extern "C" PINDUS_EXPORT int some_library_function(void);
int some_library_function(void) {
  return 1;
}
