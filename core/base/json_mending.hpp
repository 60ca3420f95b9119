#pragma once

#include <string_view>

#include "core/base/secret.hpp"

namespace pindus {

/// What a server sent as JSON, with its lesser faults mended, so that one of them in a member that
/// nobody reads doesn't cost the others. A byte order mark is left out; bytes that are not UTF-8,
/// lone surrogates and unknown escapes become U+FFFD; control characters in a string are escaped; a
/// number beyond 64 bits or beyond a double is written as the nearest double. Anything else is as
/// it was, and what isn't JSON for another reason still isn't.
[[nodiscard]] SecretText mended_json(std::string_view text);

}  // namespace pindus
