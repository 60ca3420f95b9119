#include "core/vault/credential_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/text.hpp"

namespace pindus {
namespace {

bool is_name_character(char c) noexcept {
  return is_ascii_alphanumeric(c) || c == '_' || c == '-';
}

}  // namespace

std::string_view without_line_ends(std::string_view key) noexcept {
  return key.substr(0, key.find_last_not_of("\r\n") + 1);  // npos + 1 is 0
}

bare::KeyFlaw flaw_of(AuthKind kind, std::string_view key) noexcept {
  key = without_line_ends(key);
  const bare::Text text(key.data(), key.size());
  return kind == AuthKind::oauth ? bare::flaw_of_token(text) : bare::flaw_of_api_key(text);
}

std::string_view describe(bare::KeyFlaw flaw) noexcept {
  switch (flaw) {
    case bare::KeyFlaw::none: return "has nothing wrong";
    case bare::KeyFlaw::empty: return "is empty";
    case bare::KeyFlaw::odd_character: return "holds a blank or a character that no key has";
    case bare::KeyFlaw::quoted: return "stands in quotes";
    case bare::KeyFlaw::assignment: return "has a variable's name and \"=\" in front of it";
    case bare::KeyFlaw::placeholder: return "is a placeholder or a masked copy";
    case bare::KeyFlaw::sealed: return "holds a sealed value, which is no key";
  }
  return "";
}

Result<void> validate_api_key(std::string_view key, std::size_t min_length) {
  return validate_api_key_of("the key", key,
                             "copy the whole key from the provider's page and nothing around it",
                             min_length);
}

Result<void> validate_api_key_of(std::string_view whose, std::string_view key, std::string hint,
                                 std::size_t min_length) {
  key = without_line_ends(key);
  min_length = std::max<std::size_t>(min_length, 20);
  TRY(validate_key(AuthKind::api_key, key, whose, hint));
  if (key.size() < min_length) {
    return fail(FaultKind::invalid_key,
                fmt::format("{} has {} character{}, and a key of this provider has at least {}",
                            whose, key.size(), key.size() == 1 ? "" : "s", min_length),
                std::move(hint));
  }
  return {};
}

Result<void> validate_key(AuthKind kind, std::string_view key, std::string_view whose,
                          std::string hint) {
  const bare::KeyFlaw flaw = flaw_of(kind, key);
  if (flaw == bare::KeyFlaw::none) return {};
  return fail(kind == AuthKind::oauth ? FaultKind::vault : FaultKind::invalid_key,
              fmt::format("{} {}", whose, describe(flaw)), std::move(hint));
}

Result<void> validate_account_name(std::string_view name) {
  const std::string hint = "a name is 1 to 50 letters, digits, - or _";
  if (name.empty()) return fail(FaultKind::invalid_account, "the account name is empty", hint);
  if (name.size() > 50) {
    return fail(FaultKind::invalid_account,
                fmt::format("the account name has {} characters", name.size()), hint);
  }
  if (!std::ranges::all_of(name, is_name_character)) {
    return fail(FaultKind::invalid_account,
                fmt::format("\"{}\" can't be an account name", printable(name)), hint);
  }
  return {};
}

}  // namespace pindus
