#include <new>

#include "core/services/crypto.hpp"
#include "core/services/http_client.hpp"
#include "core/services/qr_code.hpp"
#include "core/services/services.hpp"

namespace pindus {
namespace {

class ModuleServices final : public Services {
 public:
  std::expected<HttpResponse, HttpFailure> send(const HttpRequest& request,
                                                std::stop_token stop) override {
    return http::send(request, std::move(stop));
  }
  void random(std::span<std::uint8_t> out) override { crypto::random(out); }
  Secret sha256(std::string_view in) override { return crypto::sha256(in); }
  Secret base64url_encode(std::string_view in) override { return crypto::base64url_encode(in); }
  std::optional<Secret> base64url_decode(std::string_view in) override {
    return crypto::base64url_decode(in);
  }
  bool equal(std::string_view a, std::string_view b) override { return crypto::equal(a, b); }
  std::optional<QrCode> qr_code(std::string_view text) override { return encode_qr_code(text); }
};

}  // namespace
}  // namespace pindus

extern "C" [[gnu::visibility("default")]] pindus::Services* pindus_services_1() noexcept {
  if (!pindus::http::start()) return nullptr;
  return new (std::nothrow) pindus::ModuleServices;
}
