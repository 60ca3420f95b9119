// A library to link against that stands where nobody finds it: see missing-library.cpp.
extern "C" __attribute__((visibility("default"))) void pindus_test_not_installed() {}
