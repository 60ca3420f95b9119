#include "core/services/http_failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace pindus::http {
namespace {

using Kind = HttpFailure::Kind;

HttpFailure network(std::string message, std::string hint) {
  return {Kind::network, {std::move(message), std::move(hint)}, 0};
}

// What can be said where the way to the server is all there is to look at.
std::string check_way(const FailedTransfer& failed) {
  if (failed.proxy_variable.empty()) return "check the network; behind a proxy, set https_proxy";
  return fmt::format("{} is set: check that the proxy is right", failed.proxy_variable);
}

enum class Handshake {
  reset,
  closed,
  clear_text,
  old_protocol,
  certificate_required,
  alert,
  unknown
};

// The reason in OpenSSL's packed error codes (ERR_GET_REASON), which are in its error texts; 0
// where the text has none.
unsigned reason_of(std::string_view text) {
  constexpr std::string_view mark = "error:";
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return 0;
  const std::string_view digits = text.substr(at + mark.size(), 8);
  unsigned code = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  return code & 0x7FFFFF;
}

// The numbers are those of OpenSSL's sslerr.h: they are part of its ABI.
Handshake handshake_of(std::string_view text) {
  constexpr unsigned of_alerts = 1000;  // SSL_AD_REASON_OFFSET
  constexpr unsigned alert_protocol_version = of_alerts + 70;
  constexpr unsigned alert_certificate_required = of_alerts + 116;
  constexpr unsigned unexpected_eof = 294;
  // unsupported protocol, wrong SSL version, no protocols available, version too low
  constexpr std::array<unsigned, 5> old_protocol = {258, 266, 191, 396, alert_protocol_version};
  // HTTP request, HTTPS proxy request, wrong version number, packet length too long, record layer
  // failure: bytes that are no TLS record
  constexpr std::array<unsigned, 5> clear_text = {156, 155, 267, 198, 313};
  const unsigned reason = reason_of(text);
  if (std::ranges::find(old_protocol, reason) != old_protocol.end()) return Handshake::old_protocol;
  if (std::ranges::find(clear_text, reason) != clear_text.end()) return Handshake::clear_text;
  if (reason == unexpected_eof) return Handshake::closed;
  if (reason == alert_certificate_required) return Handshake::certificate_required;
  if (reason > of_alerts && reason < of_alerts + 256) return Handshake::alert;
  if (text.find("Connection reset") != std::string_view::npos) return Handshake::reset;
  if (text.find("SSL_ERROR_SYSCALL") != std::string_view::npos) return Handshake::closed;
  return Handshake::unknown;
}

// "internal error", from "...:SSL routines::tlsv1 alert internal error": OpenSSL's own words.
std::string_view alert_name(std::string_view text) {
  constexpr std::string_view alert = "alert ";
  text = text.substr(text.rfind(':') + 1);
  text = text.substr(0, text.find(','));  // ", errno 0"
  text = text.substr(text.find(' ') + 1);
  return text.starts_with(alert) ? text.substr(alert.size()) : text;
}

HttpFailure wants_certificate(std::string_view host) {
  return network(fmt::format("{} wants a certificate of yours", host),
                 "pindus has none to show: see whether the address is right");
}

HttpFailure describe_handshake(const FailedTransfer& failed) {
  const std::string_view host = failed.host;
  switch (handshake_of(failed.tls_error)) {
    case Handshake::reset:
      return network(fmt::format("{} reset the connection while TLS was set up", host),
                     check_way(failed) + "; a firewall may do this");
    case Handshake::closed:
      return network(fmt::format("{} closed the connection while TLS was set up", host),
                     check_way(failed) + "; a firewall may do this");
    case Handshake::clear_text:
      return network(fmt::format("{} answers without TLS, and https was asked for", host),
                     "see whether the address and its port are right");
    case Handshake::old_protocol:
      return network(fmt::format("{} offers no TLS 1.2 or later", host),
                     "the server, or what stands before it, has to be brought up to date");
    case Handshake::certificate_required: return wants_certificate(host);
    case Handshake::alert:
      return network(
          fmt::format("{} refused to set up TLS ({})", host, alert_name(failed.tls_error)),
          "see whether the address and its port are right; it may want another name or "
          "a certificate of yours");
    case Handshake::unknown: break;
  }
  return network(fmt::format("TLS with {} can't be set up", host), check_way(failed));
}

HttpFailure describe_certificate(const FailedTransfer& failed) {
  const std::string_view host = failed.host;
  // The numbers are OpenSSL's (X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED).
  switch (failed.verify_result) {
    case 9:
      return network(fmt::format("the certificate of {} is not valid yet", host),
                     "check this computer's clock");
    case 10:
      return network(fmt::format("the certificate of {} has expired", host),
                     "check this computer's clock; if it is right, the server is at fault");
    case 1:  // the name is looked at first, and nothing else then
      return network(fmt::format("the certificate of {} is for another name", host),
                     "something between here and the server may be answering in its place");
    default:
      return network(
          fmt::format("the certificate of {} is not signed by an authority known here", host),
          failed.authorities.hint_where_unknown());
  }
}

HttpFailure describe_broken_off(const FailedTransfer& failed) {
  // TLS 1.3 lets a server refuse the client after the handshake.
  const Handshake handshake = handshake_of(failed.tls_error);
  if (handshake == Handshake::alert || handshake == Handshake::certificate_required) {
    return describe_handshake(failed);
  }
  if (failed.status == 0) {
    return network(
        fmt::format("{} closed the connection before its answer was complete", failed.host),
        "try again");
  }
  return network(fmt::format("{} answered HTTP {} and closed the connection before the answer was "
                             "complete",
                             failed.host, failed.status),
                 "try again");
}

HttpFailure describe(const FailedTransfer& failed) {
  const std::string_view host = failed.host;
  const std::string_view variable =
      failed.proxy_variable.empty() ? "https_proxy" : failed.proxy_variable;
  switch (failed.trouble) {
    case Trouble::no_address:
      return network(fmt::format("no address is known for {}", host), check_way(failed));
    case Trouble::no_proxy_address:
      return network(fmt::format("no address is known for the proxy to {}", host),
                     fmt::format("check {}", variable));
    case Trouble::no_connection:
      if (failed.proxy_variable.empty()) {
        return network(fmt::format("{} can't be reached", host), check_way(failed));
      }
      return network(fmt::format("{} can't be reached: the proxy does not answer", host),
                     check_way(failed));
    case Trouble::proxy_refused:
      if (failed.proxy_status == 0) {
        return network(fmt::format("the proxy did not reach {}", host), check_way(failed));
      }
      return network(
          fmt::format("the proxy answered {} instead of reaching {}", failed.proxy_status, host),
          fmt::format("check {}, and no_proxy for hosts that need none", variable));
    case Trouble::timeout:
      return {
          Kind::timeout, {fmt::format("{} did not answer in time", host), check_way(failed)}, 0};
    case Trouble::authorities:
      return network(
          fmt::format("the certificate authorities to check {} against can't be read", host),
          failed.authorities.hint_where_unreadable());
    case Trouble::handshake: return describe_handshake(failed);
    case Trouble::certificate: return describe_certificate(failed);
    case Trouble::client_certificate: return wants_certificate(host);
    case Trouble::broken_off: return describe_broken_off(failed);
    case Trouble::encoding:
      return network(fmt::format("{} sent an answer whose encoding can't be undone", host),
                     check_way(failed));
    case Trouble::other: break;
  }
  return network(fmt::format("the exchange with {} failed: {}", host, failed.in_words),
                 check_way(failed));
}

}  // namespace

HttpFailure describe_failure(const FailedTransfer& failed) {
  HttpFailure failure = describe(failed);
  failure.status = failed.status;
  return failure;
}

bool may_pass(const FailedTransfer& failed) {
  switch (failed.trouble) {
    case Trouble::no_address:
    case Trouble::no_proxy_address:
    case Trouble::no_connection:
    case Trouble::broken_off: return true;
    case Trouble::handshake: {
      const Handshake handshake = handshake_of(failed.tls_error);
      return handshake == Handshake::reset || handshake == Handshake::closed;
    }
    default: return false;
  }
}

}  // namespace pindus::http
