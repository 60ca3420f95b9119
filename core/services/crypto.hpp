#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/services/services.hpp"

namespace pindus {

/// The crypto of Services, over Botan; each function as Services has it. It lives in a module of
/// its own: to load Botan costs a third of what libcurl and its forty libraries do, and a refresh
/// needs none of it.
class Crypto {
 public:
  virtual ~Crypto() = default;
  virtual void random(std::span<std::uint8_t> out) = 0;
  [[nodiscard]] virtual CryptoResult digest(std::uint32_t algorithm, std::string_view in) = 0;
  [[nodiscard]] virtual CryptoResult mac(std::uint32_t algorithm, std::string_view key,
                                         std::string_view in) = 0;
  [[nodiscard]] virtual CryptoResult sign(std::uint32_t algorithm, std::string_view pem,
                                          std::string_view in) = 0;
  [[nodiscard]] virtual bool equal(std::string_view a, std::string_view b) = 0;
};

/// The crypto module's only symbol: makes the crypto, once; it lives as long as the process.
using CryptoFactory = Crypto* (*)() noexcept;
inline constexpr const char* crypto_factory_name = "pindus_crypto_1";

}  // namespace pindus
