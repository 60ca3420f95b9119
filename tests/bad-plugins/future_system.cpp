// A system library of the future, to link against: see missing-version.cpp.
extern "C" __attribute__((visibility("default"))) void pindus_test_of_the_future() {}
