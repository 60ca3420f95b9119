#include "library/last_fault.hpp"

#include <string.h>

namespace pindus::library {

namespace {

thread_local FaultText fault;

const char* label_of(int32_t code) {
  switch (code) {
    case PINDUS_FAULT_INVALID_ARGUMENT: return "Invalid argument";
    case PINDUS_FAULT_INVALID_HANDLE: return "Invalid handle";
    case PINDUS_FAULT_NO_MEMORY: return "No memory";
    default: return "Credential store error";
  }
}

template <size_t capacity>
void copy(const char* text, char (&to)[capacity], uint32_t& size) {
  size = static_cast<uint32_t>(strnlen(text, capacity));
  memcpy(to, text, size);
}

}  // namespace

FaultText& last_fault() {
  return fault;
}

int32_t note_fault(int32_t code, const char* message, const char* hint) {
  fault.code = code;
  copy(label_of(code), fault.label, fault.label_size);
  copy(message, fault.message, fault.message_size);
  copy(hint, fault.hint, fault.hint_size);
  return code;
}

}  // namespace pindus::library
