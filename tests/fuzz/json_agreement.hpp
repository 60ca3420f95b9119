#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pindus::test {

/// What our reader and simdjson say differently about a document; nothing where they agree on
/// whether it is JSON and on every value, or where the design lets them differ: simdjson refuses
/// numbers out of range, we refuse nesting beyond 64 levels; we skip a byte order mark and pass on
/// (but say so, and don't read) escapes that stand for nothing. Also compared are our own ways to
/// read: value by value, in one go, and as a stream cut at places that `seed` chooses.
[[nodiscard]] std::optional<std::string> disagreement(std::string_view document,
                                                      std::uint64_t seed);

}  // namespace pindus::test
