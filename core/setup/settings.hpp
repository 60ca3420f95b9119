#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/json.hpp"

namespace pindus {

/// RFC 6901 pointers and the values that shall stand there.
using Settings = std::vector<std::pair<std::string, Json>>;

/// A text with a change made, and what is needed to take that back: an object, to be kept as it is.
struct EditedText {
  std::string text;
  Json memo;
};

/// Why a text can't be changed: the end of a sentence that begins with the file's name.
template <typename T>
using Edit = std::expected<T, std::string>;

/// Why a change isn't made whose undo, tried at once, doesn't give the text back byte for byte.
inline constexpr const char* cannot_be_undone =
    "is laid out in a way that an undo couldn't give back as it is";

/// What was taken back of a change.
struct TakenBack {
  std::string text = {};
  std::vector<std::string> left = {};  ///< what was changed by somebody else since, and stays
};

/// The tokens of a setting's pointer; what is none after all is a name as it stands.
[[nodiscard]] std::vector<std::string> tokens_of(std::string_view pointer);

/// The line end that a text uses.
[[nodiscard]] std::string_view line_end_of(std::string_view text);

}  // namespace pindus
