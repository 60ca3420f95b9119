#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace pindus::test {

/// Random choices that a seed repeats.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  /// 0 to below `sides`.
  std::size_t roll(std::size_t sides) { return static_cast<std::size_t>(engine_() % sides); }
  bool one_in(std::size_t sides) { return roll(sides) == 0; }

  template <typename T>
  const T& pick(const std::vector<T>& choices) {
    return choices[roll(choices.size())];
  }

 private:
  std::mt19937_64 engine_;
};

/// JSON texts that are right but that nobody would write by hand: every escape, odd blanks, long
/// strings, deep nesting, and here and there an escape that stands for nothing. `spoil` then makes
/// some of them wrong.
class RandomJson {
 public:
  explicit RandomJson(Dice& dice) : dice_(dice) {}

  std::string blanks() {
    static const std::vector<std::string> choices = {
        "", "", "", "", " ", "\n  ", "\t", "\r\n", " \n\n\t  ", std::string(40, ' ')};
    return dice_.pick(choices);
  }

  std::string string() {
    std::string text = "\"";
    const std::size_t pieces = dice_.one_in(10) ? dice_.roll(200) : dice_.roll(6);
    for (std::size_t i = 0; i < pieces; ++i) text += piece();
    return text + '"';
  }

  std::string number() {
    static const std::vector<std::string> choices = {"0",
                                                     "-0",
                                                     "1",
                                                     "-17",
                                                     "1790000000000",
                                                     "9223372036854775807",
                                                     "-9223372036854775808",
                                                     "18446744073709551615",
                                                     "18446744073709551616",
                                                     "0.5",
                                                     "1.25e3",
                                                     "-2E-7",
                                                     "6e+22",
                                                     "123456789012345678901234567890",
                                                     "1e999",
                                                     "2.2250738585072014e-308"};
    return dice_.pick(choices);
  }

  std::string value(unsigned depth = 0) {
    switch (dice_.roll(depth > 6 && !dice_.one_in(20) ? 5 : 8)) {
      case 0: return "true";
      case 1: return "false";
      case 2: return "null";
      case 3: return number();
      case 4: return string();
      case 5: return container('[', ']', depth);
      default: return container('{', '}', depth);
    }
  }

  /// Cuts, repeats, swaps or replaces a few bytes.
  std::string spoil(std::string text) {
    static constexpr std::string_view bytes = "\"\\{}[],:0-+.eEtfnu \n\x01\x7f\x80\xc0\xe2\xed\xf4";
    for (std::size_t changes = 1 + dice_.roll(3); changes > 0 && !text.empty(); --changes) {
      const std::size_t at = dice_.roll(text.size());
      switch (dice_.roll(5)) {
        case 0: text[at] = bytes[dice_.roll(bytes.size())]; break;
        case 1: text.insert(at, 1, bytes[dice_.roll(bytes.size())]); break;
        case 2: text.erase(at, 1 + dice_.roll(4)); break;
        case 3: text.insert(at, text.substr(dice_.roll(text.size()), dice_.roll(20))); break;
        default: text.resize(at); break;
      }
    }
    return text;
  }

 private:
  std::string piece() {
    static const std::vector<std::string> odd = {
        "\\ud83d",        "\\udc00", "\\uD83D\\ud83d\\ude00",
        "\\ud83d\\n",     "\\x41",   "\\u12",
        "\\ud800\\u0041", "\\'",     "\\\xc3\xbc"};
    if (dice_.one_in(100)) return dice_.pick(odd);
    static const std::vector<std::string> choices = {"a",
                                                     "plain text of more than sixteen bytes",
                                                     "\\n",
                                                     "\\\"",
                                                     "\\\\",
                                                     "\\/",
                                                     "\\b\\f\\r\\t",
                                                     "\\u0041",
                                                     "\\u00e9",
                                                     "\\u20AC",
                                                     "\\ud83d\\ude00",
                                                     "\\u0000",
                                                     "\xc3\xbc",
                                                     "\xe2\x82\xac",
                                                     "\xf0\x9f\x94\x91",
                                                     "{}[],:",
                                                     "\x7f",
                                                     " "};
    return dice_.pick(choices);
  }

  std::string container(char open, char close, unsigned depth) {
    std::string text(1, open);
    const std::size_t items = dice_.roll(5);
    for (std::size_t i = 0; i < items; ++i) {
      text += (i == 0 ? "" : ",") + blanks();
      if (open == '{') text += string() + blanks() + ":" + blanks();
      text += value(depth + 1) + blanks();
    }
    return text + (items == 0 ? blanks() : "") + close;
  }

  Dice& dice_;
};

}  // namespace pindus::test
