#pragma once

#include <optional>
#include <string_view>

#include "core/services/services.hpp"

namespace pindus {

/// Services::qr_code, over libqrencode.
[[nodiscard]] std::optional<QrCode> encode_qr_code(std::string_view text);

}  // namespace pindus
