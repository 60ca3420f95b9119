#include "core/bare/key_rule.hpp"

namespace pindus::bare {

namespace {

// The words in any case. Not so "xXxX": four of these stand in one real key of ten thousand.
bool begins_placeholder(Text rest) {
  constexpr Text words[] = {
      {"your-api-key", 12}, {"your_api_key", 12}, {"placeholder", 11}, {"changeme", 8}};
  switch (rest.data[0]) {
    case '<': return true;
    case 'x': return rest.size >= 4 && memcmp(rest.data, "xxxx", 4) == 0;
    case 'X': return rest.size >= 4 && memcmp(rest.data, "XXXX", 4) == 0;
    case 'y':
    case 'Y':
    case 'p':
    case 'P':
    case 'c':
    case 'C': break;
    default: return false;
  }
  for (const Text word : words) {
    if (rest.size >= word.size && equal_ignoring_case(Text(rest.data, word.size), word)) {
      return true;
    }
  }
  return false;
}

}  // namespace

KeyFlaw flaw_of_token(Text token) {
  if (token.size == 0) return KeyFlaw::empty;
  for (size_t i = 0; i < token.size; ++i) {
    if (token.data[i] <= ' ' || token.data[i] > '~') return KeyFlaw::odd_character;
  }
  const char first = token.data[0];
  const bool is_quote = first == '"' || first == '\'' || first == '`';
  return is_quote && token.data[token.size - 1] == first ? KeyFlaw::quoted : KeyFlaw::none;
}

KeyFlaw flaw_of_api_key(Text key) {
  const KeyFlaw flaw = flaw_of_token(key);
  if (flaw != KeyFlaw::none) return flaw;
  for (size_t i = 0; i < key.size; ++i) {
    if (begins_placeholder(Text(key.data + i, key.size - i))) return KeyFlaw::placeholder;
  }
  return KeyFlaw::none;
}

}  // namespace pindus::bare
