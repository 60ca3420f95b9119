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

/// What a stop does to an exchange whose request is on its way.
enum class WhenSent { stops, finishes };

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, Secret>> headers;
  Secret body;
  std::string user_agent;  ///< empty: pindus/VERSION
  /// "host" or "host:port", lower case; the request may go nowhere else.
  std::span<const std::string> allowed_hosts;
  std::chrono::milliseconds time_limit{30'000};  ///< for all of it
  WhenSent when_sent = WhenSent::stops;
  /// Gets a line about each time that it is sent: method, host, what became of it, how long it
  /// took, proxy, authorities; never a secret. On the thread that sends.
  std::function<void(std::string line)> log = {};
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  Secret body;
};

/// Why no answer came; the reason names the host.
struct HttpFailure {
  enum class Kind { cancelled, forbidden, invalid, network, timeout, too_large };
  Kind kind = Kind::network;
  Reason why;
  int status = 0;  ///< of the answer that had begun; 0: none had
};

/// A QR code: `size` by `size` modules, row by row, true is dark.
struct QrCode {
  std::size_t size = 0;
  std::vector<bool> modules;
};

/// HTTP, crypto and QR codes: what the heavy libraries do for us. Lives in a module of its own, so
/// that a process without a flow never loads them. Any thread.
class Services {
 public:
  virtual ~Services() = default;

  /// One exchange: TLS 1.2 and up, certificates verified, 10 s to connect, at most 1 MiB of answer
  /// (its content coding undone), no redirect, no cookie, no netrc; http only to loopback. Where no
  /// connection comes about it is tried once more. Returns within 100 ms of a stop, but where the
  /// request asks to finish and the server may have it.
  [[nodiscard]] virtual std::expected<HttpResponse, HttpFailure> send(const HttpRequest& request,
                                                                      std::stop_token stop) = 0;

  /// Fills `out` from the system's random source; throws std::runtime_error where it has none.
  virtual void random(std::span<std::uint8_t> out) = 0;

  /// SHA-256 of `in`: 32 bytes.
  [[nodiscard]] virtual Secret sha256(std::string_view in) = 0;

  /// base64url without padding (RFC 4648 section 5).
  [[nodiscard]] virtual Secret base64url_encode(std::string_view in) = 0;

  /// The reverse; padding is allowed; nothing for any other character.
  [[nodiscard]] virtual std::optional<Secret> base64url_decode(std::string_view in) = 0;

  /// Compares in a time that depends on the lengths only.
  [[nodiscard]] virtual bool equal(std::string_view a, std::string_view b) = 0;

  /// `text` as a QR code; nothing where it is too long for one.
  [[nodiscard]] virtual std::optional<QrCode> qr_code(std::string_view text) = 0;
};

/// Opens the module (once a process; it is never closed) and returns its services, which live as
/// long as the process. Thread-safe. The fault names the file and the package that is missing.
[[nodiscard]] Result<Services*> open_services(const std::filesystem::path& module);

/// The module's only symbol: makes the services, once.
using ServicesFactory = Services* (*)() noexcept;
inline constexpr const char* services_factory_name = "pindus_services_1";

/// The host part of an http(s) URL as HttpRequest::allowed_hosts wants it; the port only where it
/// isn't the scheme's own. Nothing for anything else, or for a URL with a user name.
[[nodiscard]] std::optional<std::string> url_host(std::string_view url);

}  // namespace pindus
