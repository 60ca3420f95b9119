#include "core/base/environment.hpp"

#include <cstdlib>

namespace pindus {

Environment Environment::of_process() {
  return Environment([](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  });
}

std::optional<std::string> Environment::get_nonblank(std::string_view name) const {
  auto value = get(name);
  if (value && value->find_first_not_of(" \t\r\n") == std::string::npos) return std::nullopt;
  return value;
}

}  // namespace pindus
