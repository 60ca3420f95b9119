#include "core/library/fault_text.hpp"

#include <algorithm>
#include <cstring>
#include <span>

namespace pindus::library {
namespace {

// As much as there is room for, and no half of a character.
void copy_text(std::string_view text, std::span<char> to, std::uint32_t& size) {
  std::size_t count = std::min(text.size(), to.size());
  while (count < text.size() && count > 0 &&
         (static_cast<unsigned char>(text[count]) & 0xC0) == 0x80)
    --count;
  std::memcpy(to.data(), text.data(), count);
  size = static_cast<std::uint32_t>(count);
}

std::int32_t code_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::unknown_provider: return PINDUS_FAULT_UNKNOWN_PROVIDER;
    case FaultKind::invalid_key: return PINDUS_FAULT_INVALID_KEY;
    case FaultKind::invalid_account: return PINDUS_FAULT_INVALID_ACCOUNT;
    case FaultKind::name_collision: return PINDUS_FAULT_NAME_COLLISION;
    case FaultKind::not_found: return PINDUS_FAULT_NOT_FOUND;
    case FaultKind::vault: return PINDUS_FAULT_VAULT;
    case FaultKind::aborted: return PINDUS_FAULT_ABORTED;
    case FaultKind::usage: return PINDUS_FAULT_USAGE;
    case FaultKind::no_program: return PINDUS_FAULT_NO_PROGRAM;
    case FaultKind::not_executable: return PINDUS_FAULT_NOT_EXECUTABLE;
  }
  return PINDUS_FAULT_VAULT;
}

}  // namespace

std::int32_t failed(FaultText& to, std::int32_t code, std::string_view label,
                    std::string_view message, std::string_view hint) {
  to.code = code;
  copy_text(printable(label, 200), to.label, to.label_size);
  copy_text(printable(message, sizeof to.message), to.message, to.message_size);
  copy_text(printable(hint, sizeof to.hint), to.hint, to.hint_size);
  return code;
}

std::int32_t failed(FaultText& to, const CredentialFault& fault) {
  return failed(to, code_of(fault.kind), fault.label, fault.message, fault.hint);
}

}  // namespace pindus::library
