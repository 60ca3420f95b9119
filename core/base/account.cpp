#include "core/base/account.hpp"

#include <fmt/core.h>

#include "core/base/fault.hpp"
#include "core/base/fingerprint.hpp"
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
  Fingerprint account;
  for (const char c : provider) account.add(ascii_lower(c));
  account.add('\0');
  for (const char c : name) account.add(c);
  return 1 + static_cast<std::int64_t>(account.value() >> 2);
}

}  // namespace pindus
