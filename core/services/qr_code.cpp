#include "core/services/qr_code.hpp"

#include <qrencode.h>

#include <limits>
#include <memory>

namespace pindus {

std::optional<QrCode> encode_qr_code(std::string_view text) {
  if (text.empty() || text.size() > std::numeric_limits<int>::max()) return std::nullopt;
  // The lowest level of error correction: a screen has no scratches, and every row counts there.
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeData(static_cast<int>(text.size()),
                        reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_L),
      &QRcode_free);
  if (!code) return std::nullopt;

  QrCode out;
  out.size = static_cast<std::size_t>(code->width);
  out.modules.reserve(out.size * out.size);
  for (std::size_t i = 0; i < out.size * out.size; ++i) {
    out.modules.push_back((code->data[i] & 1U) != 0);
  }
  return out;
}

}  // namespace pindus
