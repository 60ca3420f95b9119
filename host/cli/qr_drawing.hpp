#pragma once

#include <string>
#include <vector>

#include "core/base/environment.hpp"
#include "core/services/services.hpp"

namespace pindus {

/// The lines that show a QR code on the terminal behind `descriptor`, two rows of modules a line;
/// none where it is no terminal, has no UTF-8, or where not all of the code and what is said below
/// it would be seen at once.
[[nodiscard]] std::vector<std::string> draw_qr(const QrCode& code, int descriptor,
                                               const Environment& environment);

/// The same, for any terminal.
[[nodiscard]] std::vector<std::string> draw_qr(const QrCode& code);

}  // namespace pindus
