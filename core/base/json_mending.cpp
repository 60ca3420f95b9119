#include "core/base/json_mending.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "core/base/utf8.hpp"

namespace pindus {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view replacement = "\\ufffd";

class Mending {
 public:
  explicit Mending(std::string_view text) : rest_(text) {
    out_.reserve(text.size() + text.size() / 8);
  }

  SecretText run() {
    if (rest_.starts_with(byte_order_mark)) skip(byte_order_mark.size());
    while (!rest_.empty()) {
      if (rest_[0] == '"') {
        mend_string();
      } else if (rest_[0] == '-' || is_digit(rest_[0])) {
        mend_number();
      } else {
        keep(1);
      }
    }
    return std::move(out_);
  }

 private:
  static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

  void keep(std::size_t count) {
    out_ += rest_.substr(0, count);
    skip(count);
  }
  void skip(std::size_t count) { rest_.remove_prefix(std::min(count, rest_.size())); }
  void replace(std::size_t count) {
    out_ += replacement;
    skip(count);
  }

  void mend_string() {
    keep(1);
    while (!rest_.empty() && rest_[0] != '"') {
      if (rest_[0] == '\\') {
        mend_escape();
      } else if (static_cast<std::uint8_t>(rest_[0]) < 0x20) {
        escape_control(static_cast<std::uint8_t>(rest_[0]));
      } else if (const std::size_t length = utf8_sequence_length(rest_); length != 0) {
        keep(length);
      } else {
        replace(1);
      }
    }
    keep(1);
  }

  void escape_control(std::uint8_t byte) {
    constexpr std::string_view hex = "0123456789abcdef";
    out_ += "\\u00";
    out_ += hex[byte >> 4];
    out_ += hex[byte & 0xF];
    skip(1);
  }

  void mend_escape() {
    constexpr std::string_view simple = "\"\\/bfnrt";
    if (rest_.size() > 1 && simple.find(rest_[1]) != std::string_view::npos) return keep(2);
    const auto unit = escaped_unit(rest_);
    if (!unit) return replace(rest_.size() > 1 && rest_[1] == 'u' ? 2 : 1);
    if (!is_surrogate(*unit)) return keep(6);
    const auto next = escaped_unit(rest_.substr(6));
    const bool is_pair = *unit < 0xDC00 && next && is_surrogate(*next) && *next >= 0xDC00;
    if (is_pair) return keep(12);
    replace(6);
  }

  static bool is_surrogate(unsigned unit) noexcept { return unit >= 0xD800 && unit <= 0xDFFF; }

  // The UTF-16 unit of a \uXXXX at the start of `text`.
  static std::optional<unsigned> escaped_unit(std::string_view text) {
    if (text.size() < 6 || !text.starts_with("\\u")) return std::nullopt;
    unsigned unit = 0;
    const char* end = text.data() + 6;
    const auto [stop, error] = std::from_chars(text.data() + 2, end, unit, 16);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return unit;
  }

  void mend_number() {
    const std::size_t length = std::min(rest_.find_first_not_of("0123456789+-.eE"), rest_.size());
    const std::string_view number = rest_.substr(0, length);
    const auto is_whole = [&](auto value) {
      const char* end = number.data() + number.size();
      const auto [stop, error] = std::from_chars(number.data(), end, value);
      return stop == end && error != std::errc::result_out_of_range;
    };
    const bool is_integer = number.find_first_of(".eE") == std::string_view::npos;
    if (is_integer ? is_whole(std::int64_t{}) || is_whole(std::uint64_t{}) : is_whole(double{})) {
      return keep(length);
    }
    write_double(number);
    skip(length);
  }

  void write_double(std::string_view number) {
    constexpr std::string_view largest = "1.7976931348623157e308";
    double value = 0;
    const char* end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, value);
    const bool is_tiny = number.find("e-") != number.npos || number.find("E-") != number.npos;
    if (stop != end || (error == std::errc::result_out_of_range && is_tiny)) {
      out_ += number;  // no number at all, or one that counts as zero
    } else if (error == std::errc::result_out_of_range) {
      if (number[0] == '-') out_ += '-';
      out_ += largest;
    } else {
      out_ += number;
      out_ += ".0";  // a whole one, then: as a double it has room
    }
  }

  std::string_view rest_;
  SecretText out_;
};

}  // namespace

SecretText mended_json(std::string_view text) {
  return Mending(text).run();
}

}  // namespace pindus
