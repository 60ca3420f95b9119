#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace pindus {

/// A JSON value (RFC 8259) that owns what it holds. Objects keep the order of their members; of
/// members with the same name all are kept, and look-ups find the last. Used for manifests and for
/// what comes from a network; the vault is never read into one (its bytes are kept, see
/// core/bare/json_reader.hpp).
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;
  /// A number keeps the form it can be used in: an integer where it is one, else a double.
  using Value =
      std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object>;

  Json() = default;
  explicit Json(Value value) : value_(std::move(value)) {}

  /// Parses a whole document of at most 64 levels. The error is one sentence that says what is
  /// wrong and where. Thread-safe.
  [[nodiscard]] static std::expected<Json, std::string> parse(std::string_view text);

  [[nodiscard]] const Value& value() const noexcept { return value_; }
  [[nodiscard]] bool is_null() const noexcept;
  [[nodiscard]] const bool* as_boolean() const noexcept { return std::get_if<bool>(&value_); }
  [[nodiscard]] const std::string* as_string() const noexcept {
    return std::get_if<std::string>(&value_);
  }
  [[nodiscard]] const Array* as_array() const noexcept { return std::get_if<Array>(&value_); }
  [[nodiscard]] const Object* as_object() const noexcept { return std::get_if<Object>(&value_); }

  /// The number cut to an integer; nothing for another type or out of range.
  [[nodiscard]] std::optional<std::int64_t> as_integer() const noexcept;

  /// The member of that name, borrowed; null where this isn't an object or has none.
  [[nodiscard]] const Json* find(std::string_view name) const noexcept;

  /// What stands at an RFC 6901 pointer, borrowed ("" is this value itself). Null where nothing
  /// does; an error where the pointer itself is malformed.
  [[nodiscard]] std::expected<const Json*, std::string> at(std::string_view pointer) const;

  /// The text of the member of that name, or of what stands at a pointer; null where there is none
  /// or it is no text. Borrowed.
  [[nodiscard]] const std::string* find_text(std::string_view name) const noexcept;
  [[nodiscard]] const std::string* text_at(std::string_view pointer) const;

  /// Changes this value as RFC 7396 says: members of `patch` replace, null removes, objects merge.
  void merge_patch(const Json& patch);

  /// The document on one line, without blanks; valid UTF-8, control characters escaped.
  [[nodiscard]] std::string dump() const;

  /// Overwrites every string in it with zeros and leaves null: for a document that held secrets.
  void wipe() noexcept;

 private:
  Value value_;
};

/// An array of these texts.
[[nodiscard]] Json text_list(const std::vector<std::string>& texts);

/// Whether two values are the same, members in the same order.
[[nodiscard]] bool same_value(const Json& a, const Json& b);

/// The reference tokens of an RFC 6901 pointer, unescaped; the error is one sentence.
[[nodiscard]] std::expected<std::vector<std::string>, std::string> pointer_tokens(
    std::string_view pointer);

/// A member's name as a reference token, without the slash before it.
[[nodiscard]] std::string pointer_token(std::string_view name);

/// `text` as a JSON string, quotes included.
[[nodiscard]] std::string json_quote(std::string_view text);

}  // namespace pindus
