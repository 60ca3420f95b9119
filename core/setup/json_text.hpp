#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/setup/settings.hpp"
#include "core/vault/json_edit.hpp"

namespace pindus {

/// A member where it stands in a whole text, and the object around it.
struct FoundMember {
  bare::Span object = {};
  std::vector<JsonMember> members = {};  ///< of the object; spans from its beginning
  std::size_t index = 0;
  bool is_alone = false;  ///< the object has nothing else, comments included

  [[nodiscard]] bare::Span whole(bare::Span inner) const {
    return {object.begin + inner.begin, object.begin + inner.end};
  }
  [[nodiscard]] bare::Span value() const { return whole(members[index].value_span); }
};

/// As far as a pointer leads: what was found for each of its tokens.
struct JsonWay {
  std::vector<FoundMember> steps = {};
  bare::Span last_object = {};            ///< in which the next token isn't
  std::optional<std::size_t> stuck = {};  ///< at the token whose value is no object
};

/// The text of a JSON object as people and programs keep it, with comments, and commas behind a
/// last element; and changes to it that touch no other byte. After a change that fails nothing is
/// to be done with it. Spans are of the text.
class JsonText {
 public:
  /// The error: no JSON, with the place; something else than an object.
  [[nodiscard]] static Edit<JsonText> read(std::string text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] std::string as_written(bare::Span span) const;
  [[nodiscard]] std::optional<Json> value(bare::Span span) const;

  /// Whether it is nothing but a pair of braces.
  [[nodiscard]] bool is_empty() const;

  [[nodiscard]] JsonWay follow(const std::vector<std::string>& tokens) const;

  /// Puts other bytes there.
  [[nodiscard]] Edit<void> replace(bare::Span span, std::string_view bytes);

  /// Puts another value there, in the document's layout.
  [[nodiscard]] Edit<void> set_value(bare::Span span, const Json& value);

  /// Adds a member as the object's last one, which looks like those that are there. What stood
  /// between the braces of an object without members, for `remove`; else nothing.
  [[nodiscard]] Edit<std::optional<std::string>> insert(bare::Span object, std::string_view name,
                                                        const Json& value);

  /// Takes a member out, with a comma; comments stay. `inner` is for the object of which it was the
  /// only one.
  [[nodiscard]] Edit<void> remove(const FoundMember& member, std::string_view inner);

 private:
  [[nodiscard]] Edit<void> read_again();
  [[nodiscard]] std::optional<std::string> unit() const;
  [[nodiscard]] std::size_t comma_behind(std::size_t value_end) const;
  [[nodiscard]] bool has_comment(bare::Span span) const;
  [[nodiscard]] bool is_all(bare::Span object, const JsonMember& member) const;

  std::string text_;
  std::string plain_;  // with blanks for comments
  bare::Span root_;
};

}  // namespace pindus
