#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/fault.hpp"
#include "core/base/secret.hpp"

namespace pindus {

/// What a stop does to an exchange: it ends it; only while the request isn't on its way; nothing.
enum class OnStop { ends, ends_unless_sent, goes_on };

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, Secret>> headers;
  Secret body;
  std::string user_agent;  ///< empty: pindus/VERSION
  /// "host" or "host:port", lower case; the request may go nowhere else.
  std::span<const std::string> allowed_hosts;
  std::chrono::milliseconds time_limit{30'000};  ///< for all of it
  OnStop on_stop = OnStop::ends;
  /// Called once, where a stop has come and the exchange goes on. On the thread that sends.
  std::function<void()> stop_delayed = {};
  /// Asked of each address before it is connected to: 4 or 16 bytes, in the order of the network;
  /// an IPv4 address that is written as one of IPv6 has 4. False: there it doesn't go. Not asked
  /// where a proxy is to find the host. On the thread that sends.
  std::function<bool(std::span<const std::uint8_t> address)> may_connect = {};
  std::size_t answer_limit = std::size_t{1} << 20;  ///< in bytes, head and body
  /// Gets a line about each time that it is sent: method, host, what became of it, how long it
  /// took, proxy, authorities; never a secret. On the thread that sends.
  std::function<void(std::string line)> log = {};
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  Secret body;
  /// What was connected to, as may_connect has it; empty where that was a proxy, or nobody asked.
  std::vector<std::uint8_t> address = {};
};

/// Why no answer came; the reason names the host.
struct HttpFailure {
  enum class Kind { cancelled, forbidden, invalid, network, timeout, too_large };
  Kind kind = Kind::network;
  Reason why;
  int status = 0;  ///< of the answer that had begun; 0: none had
};

/// Why arithmetic came to nothing; a reason stands in no_key and too_large.
struct CryptoFailure {
  enum class Kind { unsupported, malformed, no_key, too_large };
  Kind kind = Kind::unsupported;
  Reason why;
};

/// Algorithms and encodings are the numbers of plugin.h, as they came from a plugin; one that isn't
/// known is `unsupported`.
using CryptoResult = std::expected<Secret, CryptoFailure>;

/// A QR code: `size` by `size` modules, row by row, true is dark.
struct QrCode {
  std::size_t size = 0;
  std::vector<bool> modules;
};

class Crypto;

/// HTTP, crypto and QR codes: what the heavy libraries do for us. Lives in a module of its own, so
/// that a process without a flow never loads them, and the crypto in another (see crypto.hpp).
/// Where that one can't be opened, what needs it throws ReasonError. Any thread.
class Services {
 public:
  virtual ~Services() = default;

  /// One exchange of a request that http::refuse_request lets pass (whoever implements this asks
  /// it): TLS 1.2 and up, certificates verified, 10 s to connect, no more of an answer than
  /// its limit (its content coding undone), no redirect, no cookie, no netrc; http only to
  /// loopback. Where no connection comes about it is tried once more. Returns within 100 ms of a
  /// stop, but where `on_stop` lets the exchange go on.
  [[nodiscard]] virtual std::expected<HttpResponse, HttpFailure> send(const HttpRequest& request,
                                                                      std::stop_token stop) = 0;

  /// Fills `out` from the system's random source; throws std::runtime_error where it has none.
  virtual void random(std::span<std::uint8_t> out) = 0;

  /// PINDUS_DIGEST_* of `in`: its bytes.
  [[nodiscard]] virtual CryptoResult digest(std::uint32_t algorithm, std::string_view in) = 0;

  /// PINDUS_MAC_* of `in` under a key of any length: its bytes.
  [[nodiscard]] virtual CryptoResult mac(std::uint32_t algorithm, std::string_view key,
                                         std::string_view in) = 0;

  /// PINDUS_SIGN_* of `in` by a private key in PEM of at most 64 KiB: the signature as JWS has it.
  [[nodiscard]] virtual CryptoResult sign(std::uint32_t algorithm, std::string_view pem,
                                          std::string_view in) = 0;

  /// PINDUS_ENCODING_* of `in`, and the reverse, as plugin.h says of each.
  [[nodiscard]] virtual CryptoResult encode(std::uint32_t encoding, std::string_view in) = 0;
  [[nodiscard]] virtual CryptoResult decode(std::uint32_t encoding, std::string_view in) = 0;

  /// Compares in a time that depends on the lengths only.
  [[nodiscard]] virtual bool equal(std::string_view a, std::string_view b) = 0;

  /// `text` as a QR code; nothing where it is too long for one.
  [[nodiscard]] virtual std::optional<QrCode> qr_code(std::string_view text) = 0;
};

/// Opens the module (once a process; it is never closed) and returns its services, which live as
/// long as the process. Thread-safe. The fault names the file and the package that is missing.
[[nodiscard]] Result<Services*> open_services(const std::filesystem::path& module);

/// The module's only symbol: makes the services, once. They open the crypto when first asked for
/// it.
using OpenCrypto = std::function<Result<Crypto*>()>;
using ServicesFactory = Services* (*)(OpenCrypto open_crypto) noexcept;
inline constexpr const char* services_factory_name = "pindus_services_1";

/// The host part of an http(s) URL as HttpRequest::allowed_hosts wants it; the port only where it
/// isn't the scheme's own. Nothing for anything else, or for a URL with a user name.
[[nodiscard]] std::optional<std::string> url_host(std::string_view url);

/// The origin of such a URL (RFC 6454): its scheme and that host, "https://example.com:8443".
[[nodiscard]] std::optional<std::string> url_origin(std::string_view url);

}  // namespace pindus
