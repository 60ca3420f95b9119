#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pindus {

/// The same text as JSON (RFC 8259), where it is that but for what editors allow in settings:
/// comments (`//`, `/* */`) and commas behind a last element are blanks in it. Every other byte is
/// where it was, so that what is found in the one is there in the other. What is no JSON for
/// another reason still isn't.
[[nodiscard]] std::string plain_json(std::string_view text);

/// Where the blanks and comments end that begin at that place; `text.size()` for a comment without
/// an end.
[[nodiscard]] std::size_t skip_comments(std::string_view text, std::size_t at);

/// The same, but no further than the line goes on: the end of its last comment, or `at`.
[[nodiscard]] std::size_t skip_line_comments(std::string_view text, std::size_t at);

struct CommentEnd {
  std::size_t at = 0;    ///< behind its last byte; a line end isn't part of it
  bool is_line = false;  ///< a line end ends it
};

/// The end of the last comment between two places, if there is one. No string stands there.
[[nodiscard]] std::optional<CommentEnd> last_comment(std::string_view text, std::size_t begin,
                                                     std::size_t end);

}  // namespace pindus
