#pragma once

#include <cstdint>
#include <string_view>

#include "core/services/services.hpp"

/// Services::encode and decode. Botan has them too; but whoever only wants to look into a token
/// need not load it for that.
namespace pindus::encodings {

[[nodiscard]] CryptoResult encode(std::uint32_t encoding, std::string_view in);
[[nodiscard]] CryptoResult decode(std::uint32_t encoding, std::string_view in);

}  // namespace pindus::encodings
