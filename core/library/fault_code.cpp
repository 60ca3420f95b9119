#include "core/library/fault_code.hpp"

namespace pindus {

std::string_view fault_code(FaultKind kind) noexcept {
  switch (kind) {
    case FaultKind::unknown_provider: return "unknown-provider";
    case FaultKind::invalid_key: return "invalid-key";
    case FaultKind::invalid_account: return "invalid-account";
    case FaultKind::name_collision: return "name-collision";
    case FaultKind::not_found: return "not-found";
    case FaultKind::vault: return "vault";
    case FaultKind::aborted: return "aborted";
    case FaultKind::usage: return "usage";
    case FaultKind::no_program: return "no-program";
    case FaultKind::not_executable: return "not-executable";
  }
  return "vault";
}

}  // namespace pindus
