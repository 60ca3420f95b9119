#include "core/bare/key_rule.hpp"

#include "core/bare/sealed_value.hpp"

namespace pindus::bare {

namespace {

bool begins_with(Text text, Text word) {
  return text.size >= word.size && equal_ignoring_case(Text(text.data, word.size), word);
}

bool has_word(Text text, Text word) {
  for (size_t i = 0; i + word.size <= text.size; ++i) {
    if (begins_with(Text(text.data + i, text.size - i), word)) return true;
  }
  return false;
}

// The words in any case. Not so "xXxX": four of these stand in one real key of ten thousand. Stars
// and points stand for what a page hides of a key.
bool begins_placeholder(Text rest) {
  switch (rest.data[0]) {
    case '<': return true;
    case 'x': return rest.size >= 4 && memcmp(rest.data, "xxxx", 4) == 0;
    case 'X': return rest.size >= 4 && memcmp(rest.data, "XXXX", 4) == 0;
    case '*': return begins_with(rest, {"****", 4});
    case '.': return begins_with(rest, {"....", 4});
    case 'y':
    case 'Y':
      return (begins_with(rest, {"your-", 5}) || begins_with(rest, {"your_", 5})) &&
             (has_word(rest, {"key", 3}) || has_word(rest, {"token", 5}));
    case 'p':
    case 'P':
    case 'c':
    case 'C':
    case 'r':
    case 'R': break;
    default: return false;
  }
  constexpr Text words[] = {{"placeholder", 11}, {"changeme", 8},    {"change-me", 9},
                            {"change_me", 9},    {"replace-me", 10}, {"replace_me", 10}};
  for (const Text word : words) {
    if (begins_with(rest, word)) return true;
  }
  return false;
}

// "$NAME", "${NAME}", "$(command)", "{{ NAME }}": what a shell or a template should have replaced.
bool is_unreplaced(Text key) {
  if (key.size < 2) return false;
  const char second = key.data[1];
  if (key.data[0] == '{') return second == '{';
  const bool is_letter = (second >= 'A' && second <= 'Z') || (second >= 'a' && second <= 'z');
  return key.data[0] == '$' && (is_letter || second == '_' || second == '{' || second == '(');
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A name in capitals, or any behind a shell's word, then "=" and a value. In a key "=" stands at
// the end, where it fills base64.
bool is_assignment(Text key) {
  constexpr Text words[] = {{"export ", 7}, {"set ", 4}};
  size_t begin = 0;
  for (const Text word : words) {
    if (begins_with(key, word)) begin = word.size;
  }
  const bool any_case = begin != 0;
  while (any_case && begin < key.size && key.data[begin] == ' ') ++begin;
  size_t end = begin;
  for (; end < key.size; ++end) {
    const char c = key.data[end];
    const bool is_letter = is_upper(c) || c == '_' || (any_case && c >= 'a' && c <= 'z');
    if (!is_letter && (end == begin || !is_digit(c))) break;
  }
  return end > begin && end + 1 < key.size && key.data[end] == '=' && key.data[end + 1] != '=';
}

}  // namespace

KeyFlaw flaw_of_token(Text token) {
  if (token.size == 0) return KeyFlaw::empty;
  if (is_sealed(token)) return KeyFlaw::sealed;
  for (size_t i = 0; i < token.size; ++i) {
    if (token.data[i] <= ' ' || token.data[i] > '~') return KeyFlaw::odd_character;
  }
  const char first = token.data[0];
  const bool is_quote = first == '"' || first == '\'' || first == '`';
  return is_quote && token.data[token.size - 1] == first ? KeyFlaw::quoted : KeyFlaw::none;
}

KeyFlaw flaw_of_api_key(Text key) {
  if (is_assignment(key)) return KeyFlaw::assignment;
  const KeyFlaw flaw = flaw_of_token(key);
  if (flaw != KeyFlaw::none) return flaw;
  if (is_unreplaced(key)) return KeyFlaw::placeholder;
  for (size_t i = 0; i < key.size; ++i) {
    if (begins_placeholder(Text(key.data + i, key.size - i))) return KeyFlaw::placeholder;
  }
  return KeyFlaw::none;
}

}  // namespace pindus::bare
