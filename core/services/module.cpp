#include <new>
#include <utility>

#include "core/services/crypto.hpp"
#include "core/services/encodings.hpp"
#include "core/services/http_client.hpp"
#include "core/services/qr_code.hpp"
#include "core/services/services.hpp"

namespace pindus {
namespace {

class ModuleServices final : public Services {
 public:
  explicit ModuleServices(OpenCrypto open_crypto) : open_crypto_(std::move(open_crypto)) {}

  std::expected<HttpResponse, HttpFailure> send(const HttpRequest& request,
                                                std::stop_token stop) override {
    return http::send(request, std::move(stop));
  }
  void random(std::span<std::uint8_t> out) override { crypto().random(out); }
  CryptoResult digest(std::uint32_t algorithm, std::string_view in) override {
    return crypto().digest(algorithm, in);
  }
  CryptoResult mac(std::uint32_t algorithm, std::string_view key, std::string_view in) override {
    return crypto().mac(algorithm, key, in);
  }
  CryptoResult sign(std::uint32_t algorithm, std::string_view pem, std::string_view in) override {
    return crypto().sign(algorithm, pem, in);
  }
  CryptoResult encode(std::uint32_t encoding, std::string_view in) override {
    return encodings::encode(encoding, in);
  }
  CryptoResult decode(std::uint32_t encoding, std::string_view in) override {
    return encodings::decode(encoding, in);
  }
  bool equal(std::string_view a, std::string_view b) override { return crypto().equal(a, b); }
  std::optional<QrCode> qr_code(std::string_view text) override { return encode_qr_code(text); }

 private:
  Crypto& crypto() {
    const auto opened = open_crypto_();
    if (opened) return **opened;
    throw ReasonError(opened.error().message, opened.error().hint);
  }

  OpenCrypto open_crypto_;
};

}  // namespace
}  // namespace pindus

extern "C" [[gnu::visibility("default")]] pindus::Services* pindus_services_1(
    pindus::OpenCrypto open_crypto) noexcept {
  if (!pindus::http::start()) return nullptr;
  return new (std::nothrow) pindus::ModuleServices(std::move(open_crypto));
}
