#include "core/base/account.hpp"

#include <fmt/core.h>

#include "core/base/fault.hpp"
#include "core/base/fingerprint.hpp"
#include "core/base/provider_id.hpp"
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
  const std::size_t folded = size_without_case(provider);
  for (std::size_t i = 0; i < provider.size(); ++i) {
    account.add(i < folded ? ascii_lower(provider[i]) : provider[i]);
  }
  account.add('\0');
  for (const char c : name) account.add(c);
  return 1 + static_cast<std::int64_t>(account.value() >> 2);
}

}  // namespace pindus
