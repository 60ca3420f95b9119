#include "core/base/whose_program.hpp"

#include <atomic>

namespace pindus {
namespace {

std::atomic<WhoseProgram> whose{WhoseProgram::ours};

}  // namespace

void set_whose_program(WhoseProgram now) noexcept {
  whose = now;
}

WhoseProgram whose_program() noexcept {
  return whose;
}

}  // namespace pindus
