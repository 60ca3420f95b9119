#include "core/base/account.hpp"

#include <fmt/core.h>

#include "core/base/fault.hpp"
#include "core/base/text.hpp"

namespace pindus {

std::string Account::described() const {
  return fmt::format("the account {} of {}", printable(name, 60), printable(provider, 60));
}

std::string Account::arguments() const {
  return fmt::format("{} --account{}{}", shell_word(provider), name.starts_with('-') ? "=" : " ",
                     shell_word(name));
}

std::string Account::replace_command() const {
  return fmt::format("pindus signin {} --replace", arguments());
}

std::int64_t Account::lock_byte() const noexcept {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&hash](char c) {
    hash ^= static_cast<std::uint8_t>(c);
    hash *= 0x100000001b3;
  };
  for (const char c : provider) add(ascii_lower(c));
  add('\0');
  for (const char c : name) add(c);
  return 1 + static_cast<std::int64_t>(hash >> 2);
}

}  // namespace pindus
