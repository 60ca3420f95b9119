#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pindus {

/// When a token ends that is a JSON web token and says so (RFC 7519, `exp`), in epoch milliseconds.
/// Nobody's signature is looked at: it is for the person's own token, whose end the server judges.
[[nodiscard]] std::optional<std::int64_t> end_in_token(std::string_view token);

}  // namespace pindus
