#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/secret.hpp"

/// The crypto of Services, over Botan. Each function as Services has it.
namespace pindus::crypto {

void random(std::span<std::uint8_t> out);
[[nodiscard]] Secret sha256(std::string_view in);
[[nodiscard]] Secret base64url_encode(std::string_view in);
[[nodiscard]] std::optional<Secret> base64url_decode(std::string_view in);
[[nodiscard]] bool equal(std::string_view a, std::string_view b) noexcept;

}  // namespace pindus::crypto
