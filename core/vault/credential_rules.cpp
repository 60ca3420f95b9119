#include "core/vault/credential_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "core/base/text.hpp"

namespace pindus {
namespace {

bool contains_without_case(std::string_view text, std::string_view lower_case_part) {
  return std::ranges::search(text, lower_case_part, {}, [](char c) {
           return ascii_lower(c);
         }).begin() != text.end();
}

// What documentation and sample files write where a key belongs.
bool is_placeholder(std::string_view key) {
  constexpr std::array<std::string_view, 4> words = {"your-api-key", "your_api_key", "placeholder",
                                                     "changeme"};
  // Not "xXxX": four of these in any case stand in one real key of ten thousand.
  constexpr std::array<std::string_view, 3> marks = {"xxxx", "XXXX", "<"};
  return std::ranges::any_of(words, [&](auto w) { return contains_without_case(key, w); }) ||
         std::ranges::any_of(marks, [&](auto m) { return key.find(m) != key.npos; });
}

bool is_name_character(char c) noexcept {
  return is_ascii_alphanumeric(c) || c == '_' || c == '-';
}

}  // namespace

Result<void> validate_api_key(std::string_view key, std::size_t min_length) {
  min_length = std::max<std::size_t>(min_length, 20);
  const std::string hint = "copy the whole key from the provider's page and nothing around it";
  if (key.empty()) return fail(FaultKind::invalid_key, "the key is empty", hint);
  // An HTTP header holds it: printable ASCII, no blank (RFC 6750 section 2.1).
  if (std::ranges::any_of(key, [](char c) { return c <= ' ' || c > '~'; })) {
    return fail(FaultKind::invalid_key, "the key holds a blank or a character that no key has",
                hint);
  }
  if (key.size() < min_length) {
    return fail(FaultKind::invalid_key,
                fmt::format("the key has {} characters, and one of this provider has at least {}",
                            key.size(), min_length),
                hint);
  }
  if (is_placeholder(key)) {
    return fail(FaultKind::invalid_key, "this is an example's placeholder and no key", hint);
  }
  return {};
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
